# From demands ("this reason wants that stage") to stages: those of one id are
# merged, then put in order.
package selfservice.approval

# A demand for the lead of a team.
team_lead(team, code) := {
	"id": concat(":", ["team-lead", team]),
	"kind": "team-lead",
	"approvers": [{"leadOf": team}],
	"reason": code,
}

# A demand for the groups that `approvers.<kind>` names in the data.
group_stage(kind, code) := {
	"id": kind,
	"kind": kind,
	"approvers": [{"group": group} | some group in settings.approvers[kind]],
	"reason": code,
}

all_demands := demands | fallback_demands

stages := [stage |
	some [_, id] in sort({[rank(demand.kind), demand.id] | some demand in all_demands})
	stage := merged_stage([demand | some demand in all_demands; demand.id == id])
]

merged_stage(wanted) := {
	"id": wanted[0].id,
	"kind": wanted[0].kind,
	"approvers": wanted[0].approvers,
	"quorum": 1,
	"due": settings.sla[type].due,
	"escalateAfter": settings.sla[type].escalate_after,
	"escalateTo": [{"group": group} | some group in settings.escalate_to],
	"reasons": [code | some [_, code] in sort({[reason_rank(demand.reason), demand.reason] | some demand in wanted})],
}

# Reasons of a stage stand in the order of the rules; those of a dimension that
# you add come last.
reason_rank(code) := object.get(
	{"environment": 0, "cost": 1, "scope": 2, "risk": 3, "time": 4, "compliance": 5},
	split(code, ".")[0],
	6,
)

# A kind that is not named here (of a dimension that you add) comes last.
rank(kind) := object.get({"team-lead": 0, "finance": 1, "security": 2, "freeze": 3}, kind, 4)

stage_count := count({demand.id | some demand in all_demands})

type := "auto" if {
	stage_count == 0
} else := "sequential" if {
	compliance_operation
} else := "single" if {
	stage_count == 1
} else := "multiple"
