# METADATA
# title: Approval decision
# description: >-
#   Says of a request whether it goes ahead (`auto-approve`), needs people
#   (`require-approval`, with stages) or is refused (`deny`), with reasons.
#   Dimensions add to `fired` (why) and `demands` (who); they combine by union.
package selfservice.approval

# METADATA
# entrypoint: true
decision := denied if {
	count(invalid) > 0
} else := decided

denied := {
	"outcome": "deny",
	"stages": [],
	"reasons": by_code(invalid),
	"warnings": [],
}

decided := {
	"outcome": outcome,
	"type": type,
	"risk": risk,
	"stages": stages,
	"reasons": by_code(fired),
	"warnings": [],
}

outcome := "auto-approve" if {
	stage_count == 0
} else := "require-approval"

risk := "high" if {
	some reason in fired
	reason.code in {"risk.operation", "time.freeze"}
} else := "elevated" if {
	stage_count > 0
} else := "low"

# Sorted by code, one entry a code.
by_code(found) := [entry |
	some code in sort({reason.code | some reason in found})
	entry := [reason | some reason in found; reason.code == code][0]
]
