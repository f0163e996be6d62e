import { NotAllowedError, NotFoundError } from '@backstage/errors';
import {
  Effect,
  Resource,
  ResourceDetail,
  ResourceFilter,
  ResourcePage,
  ResourceRemoval,
  runsRunListPermission,
  toRunStatus,
} from '@self-service/plugin-runs-common';
import {
  ResourceQuery,
  ResourceStore,
  StoredResource,
} from '../../database/ResourceStore';
import { RunStore } from '../../database/RunStore';
import { SuspensionStore } from '../../database/SuspensionStore';
import { RunAccess, UserCredentials } from '../RunAccess';
import { toSuspension } from '../toSuspension';
import { toResource } from './toResource';

/** Shows resources to those who may see them. */
export class ResourceReader {
  readonly #deps: ResourceReaderDeps;

  private constructor(deps: ResourceReaderDeps) {
    this.#deps = deps;
  }

  static create(deps: ResourceReaderDeps): ResourceReader {
    return new ResourceReader(deps);
  }

  /**
   * A page of resources, newest first.
   *
   * @throws NotAllowedError - everybody's without `runs.run.list`
   */
  async page(
    filter: ResourceFilter,
    credentials: UserCredentials,
  ): Promise<ResourcePage> {
    const { resources, currency } = this.#deps;
    const teams = await this.#deps.access.teamsOf(credentials);
    const query = await this.#toQuery(filter, teams, credentials);
    const { items, total, monthlyCost, nextCursor } = await resources.list(
      query,
    );
    return {
      items: await this.#toResources(items, teams, credentials),
      total,
      nextCursor,
      ...(monthlyCost !== undefined && { monthlyCost, currency }),
    };
  }

  /**
   * One resource, with the runs that were to remove it.
   *
   * @throws NotFoundError - there is none, or the user may not see it
   */
  async read(
    id: string,
    credentials: UserCredentials,
  ): Promise<ResourceDetail> {
    const { resources, access } = this.#deps;
    const [found, teams] = await Promise.all([
      resources.find(id),
      access.teamsOf(credentials),
    ]);
    const maySee =
      found &&
      (isOf(found, teams, credentials) ||
        teams.includes(this.#deps.platformTeam) ||
        (await access.holds(runsRunListPermission, credentials)));
    if (!found || !maySee) {
      throw new NotFoundError(`There is no resource ${id} that you may see`);
    }
    const [resource] = await this.#toResources([found], teams, credentials);
    return { resource, removals: await this.#listRemovals(id) };
  }

  async #toQuery(
    { view, ...filter }: ResourceFilter,
    teams: string[],
    credentials: UserCredentials,
  ): Promise<ResourceQuery> {
    const { access } = this.#deps;
    const requester = credentials.principal.userEntityRef;
    if (filter.entityRef !== undefined) {
      return (await access.holds(runsRunListPermission, credentials))
        ? filter
        : { ...filter, of: { requester, teams } };
    }
    switch (view) {
      case 'all':
        if (!(await access.holds(runsRunListPermission, credentials))) {
          throw new NotAllowedError(
            `You don't have the permission ${runsRunListPermission.name}`,
          );
        }
        return filter;
      case 'team':
        return { ...filter, teams };
      default:
        return { ...filter, requester };
    }
  }

  async #toResources(
    items: StoredResource[],
    teams: string[],
    credentials: UserCredentials,
  ): Promise<Resource[]> {
    const { resources, currency, platformTeam } = this.#deps;
    const ids = items.map(({ id }) => id);
    const [made, entities] = await Promise.all([
      resources.listEffects(ids),
      resources.listEntities(ids),
    ]);
    const effects = new Map<string, Effect[]>(ids.map(id => [id, []]));
    made.forEach(({ resourceId, effect }) =>
      effects.get(resourceId)?.push(effect),
    );
    return items.map(item =>
      toResource(item, {
        effects: effects.get(item.id) ?? [],
        entityRefs: entities.get(item.id) ?? [],
        isInCharge:
          isOf(item, teams, credentials) || teams.includes(platformTeam),
        currency,
      }),
    );
  }

  async #listRemovals(id: string): Promise<ResourceRemoval[]> {
    const { resources, runs, suspensions } = this.#deps;
    const removals = await resources.listRuns(id, ['removal']);
    const taskIds = removals.map(({ taskId }) => taskId);
    const [found, newest] = await Promise.all([
      runs.findAll(taskIds),
      suspensions.listNewest(taskIds),
    ]);
    return removals.flatMap(({ taskId, createdAt }) => {
      const run = found.find(one => one.taskId === taskId);
      const suspension = newest.find(one => one.taskId === taskId);
      return run
        ? [
            {
              taskId,
              status: toRunStatus(
                run.taskStatus ?? 'processing',
                suspension && toSuspension(suspension),
                run.phase,
              ),
              createdAt: createdAt.toISOString(),
              requester: run.requester,
            },
          ]
        : [];
    });
  }
}

/** Whether it is the user's own, or of a team of theirs. */
function isOf(
  { requester, team }: StoredResource,
  teams: string[],
  { principal }: UserCredentials,
): boolean {
  return (
    requester === principal.userEntityRef ||
    (team !== undefined && teams.includes(team))
  );
}

interface ResourceReaderDeps {
  resources: ResourceStore;
  runs: RunStore;
  suspensions: SuspensionStore;
  access: Pick<RunAccess, 'teamsOf' | 'holds'>;
  platformTeam: string;
  /** Of every cost, as the policy data has it. */
  currency: string;
}
