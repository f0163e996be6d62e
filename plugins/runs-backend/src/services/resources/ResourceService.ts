import { AuditorService } from '@backstage/backend-plugin-api';
import { ConflictError, InputError, NotFoundError } from '@backstage/errors';
import {
  ChangedResource,
  ExtendResource,
  Extension,
  FindResource,
  readEndTime,
  Removal,
  ResourceRecord,
  RunPhase,
  UseResource,
} from '@self-service/plugin-runs-common';
import {
  Lifecycle,
  ResourceChange,
  ResourceRole,
  ResourceStore,
  StoredResource,
} from '../../database/ResourceStore';
import { RunStore } from '../../database/RunStore';
import { Clock } from '../Clock';
import { RunNotifier } from '../RunNotifier';
import { TaskReader } from '../TaskReader';
import { toEnding } from './describeResource';
import { readKeptSpec } from './readKeptSpec';
import { ResourceAuthority } from './ResourceAuthority';
import { findResource } from './ResourceRecorder';
import { ResourceRemover, toWaitRef } from './ResourceRemover';
import { toPart } from './toResource';

/** How often something starts over when somebody else was faster. */
const MAX_TRIES = 5;
/** Phases in which a run that changes something is not through with it. */
const UNFINISHED: readonly RunPhase[] = ['active', 'held', 'rolling-back'];

/** What runs do with resources; see `findResourceSchema` of runs-common. */
export class ResourceService {
  readonly #deps: ResourceServiceDeps;

  private constructor(deps: ResourceServiceDeps) {
    this.#deps = deps;
  }

  static create(deps: ResourceServiceDeps): ResourceService {
    return new ResourceService(deps);
  }

  /**
   * What is known of a resource.
   *
   * @throws NotFoundError - there is none
   */
  async find(reference: FindResource): Promise<ResourceRecord> {
    const found = await findResource(this.#deps.resources, reference);
    if (!found) {
      const [value] = Object.values(reference);
      throw new NotFoundError(`Nothing is known of a resource ${value}`);
    }
    return this.#toRecord(found);
  }

  /** Notes that a run is about to change it. */
  async change(id: string, { taskId }: UseResource): Promise<ChangedResource> {
    return this.#use({ id, taskId, verb: 'change' }, async resource => {
      await this.#requireFree(resource, taskId);
      const role: ResourceRole = 'change';
      const noted = await this.#move(resource, {}, { taskId, role });
      return (
        noted && {
          ...(await this.#toRecord(noted)),
          parameters: await this.#readParameters(noted),
        }
      );
    });
  }

  /** Moves its end. */
  async extend(
    id: string,
    { taskId, until }: ExtendResource,
  ): Promise<Extension> {
    return this.#use({ id, taskId, verb: 'extend' }, async resource => {
      const now = await this.#deps.clock.now();
      const expiresAt = readEndTime(until);
      if (!expiresAt || expiresAt <= now) {
        throw new InputError(
          `'${until}' is no time to come. Give the last day, for example 2027-01-31.`,
        );
      }
      requirePresent(resource);
      const role: ResourceRole = 'extension';
      const ending = toEnding(expiresAt, now);
      const moved = await this.#move(resource, ending, { taskId, role });
      return (
        moved && {
          expiresAt: expiresAt.toISOString(),
          endedBefore: resource.expiresAt?.toISOString(),
        }
      );
    });
  }

  /** Begins to remove it, or tells how that stands. */
  async remove(id: string, { taskId }: UseResource): Promise<Removal> {
    return this.#use({ id, taskId, verb: 'remove' }, async resource => {
      const { status } = resource;
      const isOwn = resource.removalTaskId === taskId;
      if (isOwn && (status === 'removing' || status === 'removed')) {
        return this.#toRemoval(resource, status);
      }
      if (isOwn && status === 'remove-failed' && !resource.isRemovalTold) {
        const told = await this.#move(resource, { isRemovalTold: true });
        return told && this.#toRemoval(told, 'failed');
      }
      requireNotGone(resource);
      await this.#requireUnchanged(resource, taskId);
      const removing: ResourceChange = {
        status: 'removing',
        removalTaskId: taskId,
        removalRound: resource.removalRound + 1,
        isRemovalTold: false,
        leaseUntil: undefined,
        nextLookAt: await this.#deps.clock.now(),
      };
      const run = { taskId, role: 'removal' as const };
      const begun = await this.#move(resource, removing, run);
      if (!begun) {
        return undefined;
      }
      this.#deps.remover.start(id);
      return this.#toRemoval(begun, 'removing');
    });
  }

  /**
   * Does something that a run may do, anew where somebody else was faster.
   *
   * @param act - gives `undefined` then
   */
  async #use<T>(
    use: { id: string; taskId: string; verb: keyof Lifecycle },
    act: (resource: StoredResource) => Promise<T | undefined>,
  ): Promise<T> {
    const { id, taskId, verb } = use;
    const event = await this.#deps.auditor.createEvent({
      eventId: `resource-${verb}`,
      severityLevel: 'medium',
      meta: { resourceId: id, taskId },
    });
    try {
      const result = await this.#tryUse(use, act);
      await event.success();
      return result;
    } catch (error) {
      await event.fail({ error: error as Error });
      throw error;
    }
  }

  async #tryUse<T>(
    { id, taskId, verb }: { id: string; taskId: string; verb: keyof Lifecycle },
    act: (resource: StoredResource) => Promise<T | undefined>,
  ): Promise<T> {
    const { resources, authority } = this.#deps;
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const resource = await resources.find(id);
      if (!resource) {
        throw new NotFoundError(`Nothing is known of a resource ${id}`);
      }
      await authority.require(resource, taskId, verb);
      const result = await act(resource);
      if (result !== undefined) {
        return result;
      }
    }
    throw new ConflictError(`Resource ${id} keeps changing; try again`);
  }

  async #move(
    resource: StoredResource,
    change: ResourceChange,
    run?: { taskId: string; role: ResourceRole },
  ): Promise<StoredResource | undefined> {
    const { resources, clock, notifier } = this.#deps;
    const now = await clock.now();
    const moved = await resources.move(resource, change, now, { run });
    if (moved) {
      notifier.changed(resource.id);
    }
    return moved;
  }

  /** @throws ConflictError - it is not there as it was, or in other hands */
  async #requireFree(resource: StoredResource, taskId: string): Promise<void> {
    requirePresent(resource);
    await this.#requireUnchanged(resource, taskId);
  }

  /** @throws ConflictError - another run is not through with changing it */
  async #requireUnchanged(
    resource: StoredResource,
    taskId: string,
  ): Promise<void> {
    const { resources, runs } = this.#deps;
    const changes = await resources.listRuns(resource.id, ['change']);
    const changing = await runs.findAll(changes.map(run => run.taskId));
    const other = changing.find(
      run => run.taskId !== taskId && UNFINISHED.includes(run.phase),
    );
    if (other) {
      throw new ConflictError(
        `Run ${other.taskId} is changing ${describe(
          resource,
        )}. Wait for its end, or cancel it.`,
      );
    }
  }

  async #toRemoval(
    resource: StoredResource,
    outcome: Removal['outcome'],
  ): Promise<Removal> {
    const made = await this.#deps.resources.listEffects([resource.id]);
    return {
      outcome,
      waitRef: toWaitRef(resource),
      parts: made.flatMap(({ effect }) =>
        effect.status === 'absent'
          ? []
          : [
              {
                ...toPart(effect),
                note: effect.undoNote,
                noteUrl: effect.undoUrl,
              },
            ],
      ),
    };
  }

  async #toRecord(resource: StoredResource): Promise<ResourceRecord> {
    const { resources } = this.#deps;
    const { lifecycle: _, expiresAt, ...rest } = resource;
    const effects = await resources.listEffects([resource.id]);
    return {
      id: rest.id,
      title: rest.title,
      kind: rest.kind,
      name: rest.name,
      templateRef: rest.templateRef,
      requester: rest.requester,
      team: rest.team,
      environment: rest.environment,
      monthlyCost: rest.monthlyCost,
      expiresAt: expiresAt?.toISOString(),
      status: rest.status,
      secrets: effects
        .filter(
          ({ effect }) =>
            effect.kind === 'secret' && effect.status === 'created',
        )
        .map(({ effect }) => effect.name),
    };
  }

  /** Of the run that made it, then of the completed ones that changed it. */
  async #readParameters(
    resource: StoredResource,
  ): Promise<ChangedResource['parameters']> {
    const { resources, runs, tasks } = this.#deps;
    const changes = await resources.listRuns(resource.id, ['change']);
    const changed = await runs.findAll(changes.map(({ taskId }) => taskId));
    const completed = new Set(
      changed
        .filter(({ phase }) => phase === 'completed')
        .map(({ taskId }) => taskId),
    );
    const ids = [
      resource.id,
      ...changes
        .map(({ taskId }) => taskId)
        .filter(taskId => completed.has(taskId))
        .reverse(),
    ];
    const specs = await Promise.all(ids.map(id => readKeptSpec(tasks, id)));
    return Object.assign({}, ...specs.map(spec => spec?.parameters));
  }
}

function describe({ kind, name }: StoredResource): string {
  return `${kind} ${name}`;
}

/** @throws ConflictError - it is removed, or is being */
function requireNotGone(resource: StoredResource): void {
  const { status, removalTaskId } = resource;
  const by = removalTaskId ? ` by run ${removalTaskId}` : ', as its time is up';
  if (status === 'removing') {
    throw new ConflictError(`${describe(resource)} is being removed${by}.`);
  }
  if (status === 'removed') {
    throw new ConflictError(`${describe(resource)} was removed${by}.`);
  }
}

/** @throws ConflictError - it is removed, or half removed */
function requirePresent(resource: StoredResource): void {
  requireNotGone(resource);
  if (resource.status === 'remove-failed') {
    throw new ConflictError(
      `A part of ${describe(
        resource,
      )} may be removed already. Remove the rest of it.`,
    );
  }
}

interface ResourceServiceDeps {
  resources: ResourceStore;
  runs: RunStore;
  tasks: TaskReader;
  authority: ResourceAuthority;
  remover: ResourceRemover;
  notifier: RunNotifier;
  clock: Clock;
  auditor: AuditorService;
}
