# Facts that cannot be read are denied, never guessed. Each rule gives one
# `invalid.*` code; one entry here is enough for a deny.
package selfservice.approval

#
# `not` stands before values that always exist only: where an argument of a
# negated call is undefined, the whole expression is, and nothing is denied.

invalid contains problem("invalid.environment", "environment", request) if not known_environment

invalid contains problem("invalid.cost", "monthlyCost", request) if not readable_cost

invalid contains problem("invalid.operation", "operation", request) if not filled_operation

invalid contains problem("invalid.now", "now", document) if not readable_now

invalid contains {"code": "invalid.requester", "dimension": "validation", "params": {"field": "requester.ref"}} if {
	not filled_requester
}

invalid contains {"code": "invalid.team", "dimension": "validation", "params": {"field": field}} if {
	field := unreadable_team_field
}

# The data is what a platform team edits, so a slip there must not open a door.
invalid contains {"code": "invalid.data", "dimension": "validation", "params": {"fields": sort(unusable_data)}} if {
	count(unusable_data) > 0
}

known_environment if {
	is_string(request.environment)
	is_object(settings.environments)

	# An assignment, as a bare reference would fail on the value `false`.
	_ := settings.environments[request.environment]
}

readable_cost if {
	is_number(request.monthlyCost)
	request.monthlyCost >= 0
}

filled_operation if filled(request.operation)

readable_now if timestamp(document.now)

filled_requester if filled(request.requester.ref)

filled_team if filled(request.team)

unreadable_team_field := "team" if {
	not filled_team
} else := "affectedTeams" if {
	not filled_list(object.get(request, "affectedTeams", []))
}

unusable_data contains "environments" if not is_object(setting(["environments"], "absent"))

unusable_data contains concat(".", ["cost", key]) if {
	some key in ["lead_from", "finance_above"]
	not is_number(setting(["cost", key], "absent"))
}

unusable_data contains concat(".", ["approvers", kind]) if {
	some kind in ["finance", "security", "freeze"]
	not filled_list(setting(["approvers", kind], "absent"))
}

unusable_data contains concat(".", ["sla", type, key]) if {
	some type in ["single", "multiple", "sequential"]
	some key in ["due", "escalate_after"]
	not filled(setting(["sla", type, key], ""))
}

unusable_data contains key if {
	some key in ["high_risk_operations", "compliance_operations", "freezes"]
	not is_array(setting([key], []))
}

unusable_data contains "escalate_to" if not filled_list(setting(["escalate_to"], []))

unusable_data contains "freezes" if {
	some freeze in settings.freezes
	not readable_freeze(freeze)
}

setting(path, absent) := object.get(settings, path, absent)

readable_freeze(freeze) if {
	timestamp(freeze.from)
	timestamp(freeze.to)
	is_array(object.get(freeze, "environments", []))
}

# `YYYY-MM-DDTHH:MM:SSZ`: timestamps compare as text, which holds for this one
# form only. Written without a regular expression, which would be compiled anew
# on each evaluation and take most of its time.
timestamp(value) if {
	is_string(value)
	count(value) == 20
	year := substring(value, 0, 4)
	month := substring(value, 5, 2)
	day := substring(value, 8, 2)
	hour := substring(value, 11, 2)
	minute := substring(value, 14, 2)
	second := substring(value, 17, 2)
	concat("", [year, "-", month, "-", day, "T", hour, ":", minute, ":", second, "Z"]) == value
	trim(concat("", [year, month, day, hour, minute, second]), "0123456789") == ""
	within(month, "01", "12")
	within(day, "01", "31")
	hour <= "23"
	minute <= "59"
	second <= "59"
}

within(text, lowest, highest) if {
	lowest <= text
	text <= highest
}

filled(value) if {
	is_string(value)
	value != ""
}

filled_list(value) if {
	is_array(value)
	every item in value {
		filled(item)
	}
}

problem(code, field, holder) := {
	"code": code,
	"dimension": "validation",
	"params": object.union({"field": field}, shown(holder[field])),
} if {
	_ := holder[field]
} else := {"code": code, "dimension": "validation", "params": {"field": field}}

# The value is repeated only where it is short enough to read in a message.
shown(value) := {"value": value} if {
	is_string(value)
	count(value) <= 100
} else := {"value": value} if {
	is_number(value)
} else := {}
