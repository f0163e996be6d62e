import { AuthService } from '@backstage/backend-plugin-api';
import {
  CompoundEntityRef,
  parseEntityRef,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import {
  InputError,
  NotFoundError,
  NotImplementedError,
} from '@backstage/errors';
import { ScmIntegrationRegistry } from '@backstage/integration';
import { CatalogService } from '@backstage/plugin-catalog-node';
import {
  createProblemError,
  GitProvider,
  Repository,
  RepositoryPermission,
} from '@self-service/plugin-providers-node';
import { AnyActionContext } from '../run/RunContext';

/** What a group's name at its git host is read with. */
export interface TeamServices {
  auth: AuthService;
  catalog: CatalogService;
  integrations: ScmIntegrationRegistry;
}

/** The input of a step that gives a team a permission. */
export interface TeamInput {
  team?: string;
  permission?: RepositoryPermission;
}

/** Gives the team of the input its permission; see {@link prepareTeamGrant}. */
export type TeamGrant = (
  ctx: AnyActionContext,
  repository: Repository,
) => Promise<void>;

/**
 * Finds out, before anything is made, whom to give what: a group that the
 * catalog does not have, or a host that gives teams nothing, ends the step while
 * there is nothing to take back.
 *
 * @returns what gives it, as often as it is asked; does nothing without a team
 * @throws NotImplementedError - the provider lacks `team-permissions`
 * @throws NotFoundError - the catalog has no such group
 */
export async function prepareTeamGrant(
  services: TeamServices,
  provider: GitProvider,
  { team, permission = 'write' }: TeamInput,
  host: string,
): Promise<TeamGrant> {
  if (!team) {
    return async () => {};
  }
  if (!provider.grantTeamPermission) {
    throw createProblemError(NotImplementedError, {
      what: `The git provider ${provider.id} gives teams no permissions.`,
      remedy: 'Leave team out of the step.',
      vendor: provider.vendor,
    });
  }
  const name = await readTeamName(services, parseTeam(team), host);
  return async (ctx, repository) => {
    const given = await provider.grantTeamPermission?.(
      repository,
      name,
      permission,
      { signal: ctx.signal },
    );
    ctx.logger.info(`Team ${given?.team} may ${permission} there`);
  };
}

/**
 * The group that a step names, as an entity ref or by its name.
 *
 * @throws InputError - it is no group
 */
export function parseTeam(team: string): CompoundEntityRef {
  const defaults = { defaultKind: 'Group', defaultNamespace: 'default' };
  try {
    const parsed = parseEntityRef(team, defaults);
    if (parsed.kind.toLowerCase() === 'group') {
      return parsed;
    }
  } catch {
    // Said below.
  }
  throw new InputError(
    `team '${team}' is no group. Write it by its name, or as group:default/<name>.`,
  );
}

/**
 * A group's name at its git host: what its annotation says, else its own.
 *
 * @remarks
 * The annotations are those that Backstage's providers of organisation data
 * write: `github.com/team-slug` whatever the host is called
 * (https://backstage.io/docs/features/software-catalog/well-known-annotations),
 * and GitLab's `<host>/team-path`.
 */
async function readTeamName(
  { auth, catalog, integrations }: TeamServices,
  ref: CompoundEntityRef,
  host: string,
): Promise<string> {
  const credentials = await auth.getOwnServiceCredentials();
  const group = await catalog.getEntityByRef(ref, { credentials });
  if (!group) {
    const what = `The catalog has no ${stringifyEntityRef(ref)}.`;
    throw createProblemError(NotFoundError, {
      what,
      remedy: 'Name a group of the catalog in team.',
    });
  }
  const annotation = integrations.github.byHost(host)
    ? 'github.com/team-slug'
    : `${host}/team-path`;
  return group.metadata.annotations?.[annotation] ?? group.metadata.name;
}
