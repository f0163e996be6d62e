# What every other file reads: the request and the settings, or an empty object
# in their place, so that no rule depends on the shape of what was handed in.
package selfservice.approval

default document := {}

document := input if is_object(input)

default request := {}

request := document.request if is_object(document.request)

default settings := {}

settings := data.approval if is_object(data.approval)

# The teams that a request touches, without duplicates. `team` is always one.
affected_teams := {team |
	some team in array.concat([request.team], object.get(request, "affectedTeams", []))
}
