# Runs every case of policies/cases; the same cases run through the compiled
# policy in plugins/approvals-backend.
package selfservice.approval_test

import data.selfservice.approval

groups := [
	"combination",
	"compliance",
	"cost",
	"data",
	"environment",
	"risk",
	"scope",
	"time",
	"validation",
]

test_cases[name] if {
	some group in groups
	some case in data.cases[group]
	name := concat(": ", [group, case.name])
	result := approval.decision with input as input_of(case) with data.approval as data_of(case)
	as_expected(case, result)
}

# A group without cases, or one that is not in the list above, is an oversight.
test_no_group_is_left_out if {
	object.keys(data.cases) == {group | some group in groups} | {"fixture"}
	every group in groups {
		count(data.cases[group]) > 0
	}
}

input_of(case) := case.input if {
	"input" in object.keys(case)
} else := {
	"now": object.get(case, "now", fixture.input.now),
	"request": changed(fixture.input.request, object.get(case, "request", {}), object.get(case, "absent", [])),
}

data_of(case) := changed(fixture.approval, object.get(case, "data", {}), object.get(case, "absentData", []))

fixture := data.cases.fixture

# Key by key, not deep: a key of `patch` replaces the whole value.
changed(base, patch, absent) := {key: value |
	some key in ((object.keys(base) | object.keys(patch)) - {key | some key in absent})
	value := object.get(patch, key, object.get(base, key, null))
}

as_expected(case, result) if {
	summary(result) == case.expect
	object.get(case, "result", result) == result
	every code, params in object.get(case, "params", {}) {
		[reason.params | some reason in result.reasons; reason.code == code] == [params]
	}
}

summary(result) := object.union(
	{key: result[key] | some key in ["outcome", "type", "risk"]},
	{
		"stages": [{"id": stage.id, "reasons": stage.reasons} | some stage in result.stages],
		"codes": [reason.code | some reason in result.reasons],
	},
)
