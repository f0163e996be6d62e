import { Request, Router } from 'express';
import { readOrganisation } from '../../identity/people';
import { GitHubError } from '../errors';
import { TEAM_ROLES, TeamRole } from '../model';
import { paginate, repositoryOf, requireWrite, RouteContext } from './context';

const TEAM = '/orgs/:org/teams/:team/repos/:owner/:repo';

/**
 * What teams may do in repositories. Every organisation has the teams of the
 * demo.
 */
export function teamRoutes(context: RouteContext): Router {
  const { host, show } = context;
  const router = Router();
  const slugs = new Set(readOrganisation().teams.map(({ name }) => name));
  const teamOf = ({ params }: Request) => {
    const slug = params.team.toLowerCase();
    if (!slugs.has(slug)) {
      throw GitHubError.notFound();
    }
    return slug;
  };

  router.get('/repos/:owner/:repo/teams', (request, response) => {
    const { record } = repositoryOf(context, request);
    const given = Object.entries(record.teams ?? {}).map(([slug, role]) => ({
      ...show.team(record.owner, slug),
      permission: role,
      permissions: toPermissions(role),
      access_source: 'direct',
    }));
    response.json(paginate(request, response, given));
  });

  router.put(TEAM, (request, response) => {
    requireWrite(response);
    const slug = teamOf(request);
    const { record } = repositoryOf(context, request);
    const { permission = 'push' } = request.body ?? {};
    const { org, owner } = request.params;
    if (org.toLowerCase() !== owner.toLowerCase()) {
      throw GitHubError.validation({
        resource: 'TeamMember',
        field: 'repository_id',
        code: 'custom',
      });
    }
    if (!TEAM_ROLES.includes(permission)) {
      throw GitHubError.validation({
        resource: 'TeamMember',
        field: 'permission',
        code: 'invalid',
      });
    }
    host.saveRepository({
      ...record,
      teams: { ...record.teams, [slug]: permission },
    });
    response.status(204).end();
  });

  router.delete(TEAM, (request, response) => {
    requireWrite(response);
    const slug = teamOf(request);
    const { record } = repositoryOf(context, request);
    const { [slug]: _, ...teams } = record.teams ?? {};
    host.saveRepository({ ...record, teams });
    response.status(204).end();
  });
  return router;
}

/** A role has what the lesser ones have. */
function toPermissions(role: TeamRole) {
  return Object.fromEntries(
    TEAM_ROLES.map((name, index) => [name, index <= TEAM_ROLES.indexOf(role)]),
  );
}
