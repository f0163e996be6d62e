import { ConflictError, InputError, NotFoundError } from '@backstage/errors';
import {
  CallOptions,
  createProblemError,
  Repository,
  RepositoryPermission,
  TeamPermission,
  toTeamPath,
} from '@self-service/plugin-providers-node';
import { z } from 'zod';
import {
  acceptedAnswer,
  groupAnswer,
  groupLinkAnswer,
  sharedProjectAnswer,
} from './answers';
import { labelOf } from './branches';
import { GitlabClient, toPath } from './GitlabClient';

type Share = z.infer<typeof sharedProjectAnswer>['shared_with_groups'][number];

/**
 * Roles: Reporter, Developer, Maintainer
 * (https://docs.gitlab.com/api/access_requests/#valid-access-levels). Guests
 * can't read the code of private projects.
 */
const LEVELS: Record<RepositoryPermission, number> = {
  read: 20,
  write: 30,
  admin: 40,
};

/**
 * What groups may do in projects that do not lie in them: projects are shared
 * with them.
 *
 * @remarks
 * https://docs.gitlab.com/api/projects/#share-a-project-with-a-group. The API
 * can't change what a project is shared for: the share is deleted and made anew.
 * Whoever is stopped in between finds none and makes it, and meanwhile the group
 * may less, never more, than it was given.
 */
export class TeamPermissions {
  constructor(private readonly client: GitlabClient) {}

  /** See `GitProvider.grantTeamPermission`. */
  async grant(
    repository: Repository,
    team: string,
    permission: RepositoryPermission,
    options: CallOptions,
  ): Promise<TeamPermission> {
    const path = toTeamPath(repository, team);
    assertElsewhere(repository, path);
    const given = { team: path, permission };
    const { id: group } = await this.#findGroup(path, options);
    for (let tries = 1; ; tries += 1) {
      try {
        await this.#share(repository, { group, path, permission }, options);
        return given;
      } catch (error) {
        const share =
          error instanceof ConflictError
            ? await this.#findShare(repository, path, options)
            : undefined;
        if (share && isFor(share, permission)) {
          return given;
        }
        // Twice: others change it at the same time.
        if (!share || tries === 2) {
          throw error;
        }
        await this.#unshare(repository, share, options);
      }
    }
  }

  /** See `GitProvider.listTeamPermissions`. */
  async list(
    repository: Repository,
    options: CallOptions,
  ): Promise<TeamPermission[]> {
    const shares = await this.#readShares(repository, options);
    return shares
      .flatMap(share => {
        const permission = toPermission(share);
        const team = share.group_full_path.toLowerCase();
        return permission ? [{ team, permission }] : [];
      })
      .sort((one, other) => one.team.localeCompare(other.team));
  }

  /** See `GitProvider.revokeTeamPermission`. */
  async revoke(
    repository: Repository,
    team: string,
    options: CallOptions,
  ): Promise<'revoked' | 'absent'> {
    const path = toTeamPath(repository, team);
    try {
      const share = await this.#findShare(repository, path, options);
      if (!share) {
        return 'absent';
      }
      await this.#unshare(repository, share, options);
      return 'revoked';
    } catch (error) {
      if (error instanceof NotFoundError) {
        return 'absent';
      }
      throw error;
    }
  }

  async #findShare(
    repository: Repository,
    path: string,
    options: CallOptions,
  ): Promise<Share | undefined> {
    const shares = await this.#readShares(repository, options);
    return shares.find(share => share.group_full_path.toLowerCase() === path);
  }

  async #readShares(
    repository: Repository,
    options: CallOptions,
  ): Promise<Share[]> {
    const project = await this.client.call({
      action: `read whom project ${labelOf(repository)} is shared with`,
      path: toPath(repository),
      answer: sharedProjectAnswer,
      ...options,
    });
    return project.shared_with_groups;
  }

  #findGroup(path: string, options: CallOptions) {
    return this.client.call({
      action: `look for the group ${path}`,
      path: ['groups', path],
      query: { with_projects: false },
      answer: groupAnswer,
      remedies: {
        404: `Check that there is a group ${path}, and that the portal's account may see it.`,
      },
      ...options,
    });
  }

  async #share(
    repository: Repository,
    share: { group: number; path: string; permission: RepositoryPermission },
    options: CallOptions,
  ): Promise<void> {
    await this.client.call({
      action: `share project ${labelOf(repository)} with the group ${
        share.path
      }`,
      method: 'POST',
      path: toPath(repository, 'share'),
      body: { group_id: share.group, group_access: LEVELS[share.permission] },
      answer: groupLinkAnswer,
      // The second is a conflict, which is looked at.
      repeatable: true,
      remedies: {
        400: `Ask the platform team whether projects of ${repository.owner} may be shared with groups.`,
        403: `Ask the platform team to give the portal's account the role Maintainer in ${repository.owner}.`,
        404: `Check that project ${labelOf(repository)} and the group ${
          share.path
        } exist, and that the portal's account may see both.`,
      },
      ...options,
    });
  }

  async #unshare(
    repository: Repository,
    share: Share,
    options: CallOptions,
  ): Promise<void> {
    try {
      await this.client.call({
        action: `share project ${labelOf(repository)} no more with the group ${
          share.group_full_path
        }`,
        method: 'DELETE',
        path: toPath(repository, 'share', share.group_id),
        answer: acceptedAnswer,
        repeatable: true,
        ...options,
      });
    } catch (error) {
      // It is gone: by another attempt, or by this one, whose answer was lost.
      if (!(error instanceof NotFoundError)) {
        throw error;
      }
    }
  }
}

/** @throws InputError - the repository lies in the group */
function assertElsewhere({ owner, name }: Repository, path: string): void {
  if (`${owner}/`.toLowerCase().startsWith(`${path}/`)) {
    throw createProblemError(InputError, {
      what: `${owner}/${name} lies in the group ${path}, whose members have their own roles there.`,
      remedy: 'Leave the team out, or name another one.',
      vendor: 'GitLab',
    });
  }
}

/** Whether a share is for just that, and does not end by itself. */
function isFor(share: Share, permission: RepositoryPermission): boolean {
  return share.group_access_level === LEVELS[permission] && !share.expires_at;
}

/** `undefined` for roles that can't read the code. */
function toPermission(share: Share): RepositoryPermission | undefined {
  return (['admin', 'write', 'read'] as const).find(
    permission => share.group_access_level >= LEVELS[permission],
  );
}
