import { InputError } from '@backstage/errors';
import { Repository } from './git';
import { createProblemError } from './problems';

/** Parts that no server takes for `.` and `..` of a path. */
const TEAM = /^(?!\.+(?:\/|$))[\w.-]+(?:\/(?!\.+(?:\/|$))[\w.-]+)*$/;

/**
 * All of a team's path at its git host, in lower case: hosts do not tell upper
 * from lower case there. A bare name is within the organisation or the top group
 * of the repository, and never outside: a group of that name there is somebody
 * else's.
 *
 * @param team - see `GitProvider.grantTeamPermission`
 * @throws InputError - it is no name of a team
 * @public
 */
export function toTeamPath({ owner }: Repository, team: string): string {
  if (!TEAM.test(team)) {
    throw createProblemError(InputError, {
      what: `'${team}' is no name of a team.`,
      remedy: 'Name the team as the git host does: myorg/payments or payments.',
    });
  }
  const path = team.includes('/') ? team : `${owner.split('/')[0]}/${team}`;
  return path.toLowerCase();
}
