# Environment: anything but an explicit `approval: false` needs the team's lead.
package selfservice.approval

fired contains {
	"code": environment_code,
	"dimension": "environment",
	"params": {"environment": request.environment},
} if {
	guarded_environment
}

demands contains team_lead(request.team, environment_code) if guarded_environment

environment_code := concat(".", ["environment", request.environment])

guarded_environment if not open_environment

open_environment if settings.environments[request.environment].approval == false
