# Risk: some operations need security, whatever the environment.
package selfservice.approval

fired contains {
	"code": "risk.operation",
	"dimension": "risk",
	"params": {"operation": request.operation},
} if {
	high_risk_operation
}

demands contains group_stage("security", "risk.operation") if high_risk_operation

high_risk_operation if request.operation in settings.high_risk_operations
