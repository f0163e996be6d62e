# Cost: from `lead_from` the team's lead, above `finance_above` finance as well.
package selfservice.approval

fired contains {
	"code": "cost.lead",
	"dimension": "cost",
	"params": object.union(cost_params, {"from": settings.cost.lead_from}),
} if {
	costs_lead
}

fired contains {
	"code": "cost.finance",
	"dimension": "cost",
	"params": object.union(cost_params, {"above": settings.cost.finance_above}),
} if {
	costs_finance
}

demands contains team_lead(request.team, "cost.lead") if costs_lead

demands contains group_stage("finance", "cost.finance") if costs_finance

costs_lead if request.monthlyCost >= settings.cost.lead_from

costs_lead if costs_finance

costs_finance if request.monthlyCost > settings.cost.finance_above

cost_params := {"cost": request.monthlyCost, "currency": settings.cost.currency} if {
	is_string(settings.cost.currency)
} else := {"cost": request.monthlyCost}
