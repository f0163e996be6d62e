# Scope: as soon as one affected team is not the requester's, the lead of each
# affected team decides.
package selfservice.approval

fired contains {
	"code": "scope.teams",
	"dimension": "scope",
	"params": {"teams": sort(foreign_teams)},
} if {
	count(foreign_teams) > 0
}

demands contains team_lead(team, "scope.teams") if {
	count(foreign_teams) > 0
	some team in affected_teams
}

foreign_teams := affected_teams - own_teams

default own_teams := set()

own_teams := {team | some team in request.requester.teams} if is_array(request.requester.teams)
