# Time: a change freeze that covers the environment needs the freeze's approvers.
package selfservice.approval

fired contains {
	"code": "time.freeze",
	"dimension": "time",
	"params": {"freezes": [described_freeze(freeze) | some freeze in current_freezes]},
} if {
	count(current_freezes) > 0
}

demands contains group_stage("freeze", "time.freeze") if count(current_freezes) > 0

current_freezes := [freeze |
	some freeze in settings.freezes
	freeze.from <= document.now
	document.now < freeze.to
	covers(freeze)
]

# No `environments` key: every environment. An empty list: none.
covers(freeze) if not "environments" in object.keys(freeze)

covers(freeze) if request.environment in freeze.environments

described_freeze(freeze) := {key: freeze[key] | some key in ["id", "reason", "from", "to"]}
