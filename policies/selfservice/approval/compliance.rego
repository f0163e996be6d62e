# Compliance: somebody always decides, and stages go one after the other.
package selfservice.approval

fired contains {
	"code": "compliance.sequential",
	"dimension": "compliance",
	"params": {"operation": request.operation},
} if {
	compliance_operation
}

# Only where no other dimension asks for a stage; apart from `demands`, which it
# looks at.
fallback_demands contains team_lead(request.team, "compliance.sequential") if {
	compliance_operation
	count(demands) == 0
}

compliance_operation if request.operation in settings.compliance_operations
