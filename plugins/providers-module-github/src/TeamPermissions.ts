import { NotFoundError } from '@backstage/errors';
import {
  CallOptions,
  createProblemError,
  Repository,
  RepositoryPermission,
  TeamPermission,
  toTeamPath,
} from '@self-service/plugin-providers-node';
import { z } from 'zod';
import { emptyAnswer, teamAnswer } from './answers';
import { GithubClient } from './GithubClient';

const ROUTE = '/orgs/{org}/teams/{team_slug}/repos/{owner}/{repo}';
const NAMES: Record<RepositoryPermission, string> = {
  read: 'pull',
  write: 'push',
  admin: 'admin',
};
/** GitHub's permissions, the highest first, and which of ours each has. */
const LEVELS: [string, RepositoryPermission][] = [
  ['admin', 'admin'],
  ['maintain', 'write'],
  ['push', 'write'],
];

/**
 * What teams of an organisation may do in its repositories.
 *
 * @remarks
 * https://docs.github.com/en/rest/teams/teams#add-or-update-team-repository-permissions
 * sets a permission whatever it was before, so it can be sent twice.
 */
export class TeamPermissions {
  constructor(private readonly client: GithubClient) {}

  /** See `GitProvider.grantTeamPermission`. */
  async grant(
    repository: Repository,
    team: string,
    permission: RepositoryPermission,
    options: CallOptions,
  ): Promise<TeamPermission> {
    const { organisation, slug } = parseTeam(repository, team);
    const label = `${repository.owner}/${repository.name}`;
    await this.client.call(repository, {
      action: `give team ${slug} the permission ${permission} on ${label}`,
      route: `PUT ${ROUTE}`,
      parameters: {
        org: organisation,
        team_slug: slug,
        permission: NAMES[permission],
      },
      answer: emptyAnswer,
      repeatable: true,
      remedies: {
        403: "Ask the platform team to let the portal's account administer the repositories of this organisation.",
        404: `Check that the organisation ${organisation} has a team ${slug}, that ${label} exists, and that the portal's account may see both.`,
      },
      ...options,
    });
    return { team: `${organisation}/${slug}`, permission };
  }

  /** See `GitProvider.listTeamPermissions`. */
  async list(
    repository: Repository,
    options: CallOptions,
  ): Promise<TeamPermission[]> {
    const teams = await this.client.list(repository, {
      action: `read the teams of ${repository.owner}/${repository.name}`,
      route: 'GET /repos/{owner}/{repo}/teams',
      answer: teamAnswer,
      ...options,
    });
    return teams
      .filter(({ access_source: source = 'direct' }) => source === 'direct')
      .map(answer => ({
        team: toTeamPath(repository, answer.slug),
        permission: toPermission(answer),
      }))
      .sort((one, other) => one.team.localeCompare(other.team));
  }

  /** See `GitProvider.revokeTeamPermission`. */
  async revoke(
    repository: Repository,
    team: string,
    options: CallOptions,
  ): Promise<'revoked' | 'absent'> {
    const { organisation, slug } = parseTeam(repository, team);
    const path = `${organisation}/${slug}`;
    try {
      const given = await this.list(repository, options);
      if (!given.some(item => item.team === path)) {
        return 'absent';
      }
      await this.client.call(repository, {
        action: `take back the permission of team ${slug} on ${repository.owner}/${repository.name}`,
        route: `DELETE ${ROUTE}`,
        parameters: { org: organisation, team_slug: slug },
        answer: emptyAnswer,
        repeatable: true,
        ...options,
      });
      return 'revoked';
    } catch (error) {
      if (error instanceof NotFoundError) {
        return 'absent';
      }
      throw error;
    }
  }
}

/** @throws NotFoundError - the team is of another organisation */
function parseTeam(repository: Repository, team: string) {
  const [organisation, ...rest] = toTeamPath(repository, team).split('/');
  if (rest.length !== 1 || organisation !== repository.owner.toLowerCase()) {
    throw createProblemError(NotFoundError, {
      what: `The organisation ${repository.owner} has no team ${team}.`,
      remedy: `Name a team of ${repository.owner}: GitHub gives those of others no permission on its repositories.`,
      vendor: 'GitHub',
    });
  }
  return { organisation, slug: rest[0] };
}

/** A role of the organisation's own has at least what `read` has. */
function toPermission({
  permission,
  permissions,
}: z.infer<typeof teamAnswer>): RepositoryPermission {
  const level = LEVELS.find(
    ([name]) => permission === name || permissions?.[name],
  );
  return level?.[1] ?? 'read';
}
