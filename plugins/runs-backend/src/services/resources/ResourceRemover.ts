import { AuditorService, LoggerService } from '@backstage/backend-plugin-api';
import { WaitChecker } from '@self-service/plugin-runs-node';
import {
  ResourceChange,
  ResourceStore,
  StoredResource,
} from '../../database/ResourceStore';
import { Clock } from '../Clock';
import { after, isLeased, ROLLBACK_LEASE_MS } from '../leases';
import { Outbox } from '../Outbox';
import { Sleep } from '../Resumer';
import { EffectReverser } from '../rollback/EffectReverser';
import { LeftoverRecorder } from '../rollback/LeftoverRecorder';
import { RunNotifier } from '../RunNotifier';
import { SuspensionService } from '../SuspensionService';

/** Longest pause between two acts that is waited for in the background. */
const MAX_INLINE_DELAY_MS = 5_000;
/** How often the background goes on before it leaves the rest to the sweep. */
const MAX_INLINE_ROUNDS = 60;
/** What should have ended and could not is tried again so long after. */
const TRY_AGAIN_MS = 3_600_000;

/** The kind of wait in which a run waits for its removal. */
const WAIT_KIND = 'resource-removal';

/**
 * What a run waits for that removes a resource: `<resource>|<round>`. Another
 * round is another wait.
 */
export function toWaitRef({
  id,
  removalRound,
}: Pick<StoredResource, 'id' | 'removalRound'>): string {
  return `${id}|${removalRound}`;
}

/** Knows which removals are over: done, failed, or another run's. */
export function createRemovalWaitChecker(
  resources: Pick<ResourceStore, 'find'>,
): WaitChecker {
  return {
    kind: WAIT_KIND,
    findOver: async refs => {
      const under = await Promise.all(
        refs.map(async ref => {
          const resource = await resources.find(ref.split('|')[0]);
          return resource?.status === 'removing' && toWaitRef(resource) === ref;
        }),
      );
      return refs.filter((_, index) => !under[index]);
    },
  };
}

/**
 * Undoes what resources consist of, last first, until nothing stands or people
 * must look.
 *
 * @remarks
 * As with rollbacks, one replica at a time works on a resource, by a lease
 * that ends with a crash, and each act looks before it does anything.
 */
export class ResourceRemover {
  readonly #deps: ResourceRemoverDeps;
  readonly #driven = new Map<string, Promise<void>>();

  private constructor(deps: ResourceRemoverDeps) {
    this.#deps = deps;
  }

  static create(deps: ResourceRemoverDeps): ResourceRemover {
    return new ResourceRemover(deps);
  }

  /** Goes on in the background with a resource that is `removing`. */
  start(id: string): void {
    if (this.#driven.has(id)) {
      return;
    }
    const driving = this.#drive(id)
      .catch(error =>
        this.#deps.logger.warn(
          `Removal of resource ${id} left to the sweep: ${error}`,
        ),
      )
      .finally(() => this.#driven.delete(id));
    this.#driven.set(id, driving);
  }

  /** Resolves when nothing is driven in the background. */
  async idle(): Promise<void> {
    while (this.#driven.size > 0) {
      await Promise.all(this.#driven.values());
    }
  }

  /**
   * Takes one resource as far as it goes now.
   *
   * @returns after how many milliseconds to go on; `undefined` when there is
   * nothing more to do
   */
  async advance(id: string): Promise<number | undefined> {
    const { resources, clock } = this.#deps;
    const resource = await resources.find(id);
    if (resource?.status !== 'removing') {
      return undefined;
    }
    const now = await clock.now();
    if (isLeased(resource, now)) {
      return resource.leaseUntil!.getTime() - now.getTime();
    }
    const leased = await this.#lease(resource);
    return leased ? this.#advance(leased) : 0;
  }

  async #drive(id: string): Promise<void> {
    for (let rounds = 0; rounds < MAX_INLINE_ROUNDS; rounds++) {
      const delay = await this.advance(id);
      if (delay === undefined || delay > MAX_INLINE_DELAY_MS) {
        return;
      }
      await this.#deps.sleep(delay);
      this.#deps.stopping.throwIfAborted();
    }
  }

  /** Goes on while it holds the lease. */
  async #advance(leased: StoredResource): Promise<number | undefined> {
    const { resources, leftovers, reverser, stopping } = this.#deps;
    let resource = leased;
    await leftovers.record(resource.id);
    for (;;) {
      const [newest] = await resources.listLive(resource.id);
      if (!newest) {
        await this.#endAccesses(resource);
        return this.#finish(resource, 'removed');
      }
      const reversal = await reverser.reverse(newest, stopping);
      if (reversal.outcome === 'failed') {
        return this.#finish(resource, 'remove-failed');
      }
      if (reversal.outcome === 'later') {
        return this.#rest(resource, reversal.delayMs);
      }
      const renewed = await this.#lease(resource);
      if (!renewed) {
        return 0;
      }
      resource = renewed;
      this.#deps.notifier.changed(resource.id);
    }
  }

  /** Access to what is gone ends as if its time were up. */
  async #endAccesses({ id }: StoredResource): Promise<void> {
    const { resources, clock, logger } = this.#deps;
    for (const access of await resources.listAccesses(id)) {
      const now = await clock.now();
      const isOver = access.expiresAt && access.expiresAt <= now;
      if (
        access.status === 'removed' ||
        access.status === 'removing' ||
        isOver
      ) {
        continue;
      }
      const ending = { expiresAt: now, nextLookAt: now };
      if (!(await resources.move(access, ending, now))) {
        throw new Error(`Resource ${access.id} was changed just now`);
      }
      logger.info(`Resource ${access.id} ends, as ${id} is removed`);
    }
  }

  async #lease(resource: StoredResource): Promise<StoredResource | undefined> {
    const { resources, clock } = this.#deps;
    const now = await clock.now();
    const leaseUntil = after(now, ROLLBACK_LEASE_MS);
    return resources.move(
      resource,
      { leaseUntil, nextLookAt: leaseUntil },
      now,
    );
  }

  /** Gives the lease back until it is time to go on. */
  async #rest(resource: StoredResource, delayMs: number): Promise<number> {
    const { resources, clock } = this.#deps;
    const now = await clock.now();
    await resources.move(
      resource,
      { leaseUntil: undefined, nextLookAt: after(now, delayMs) },
      now,
    );
    return delayMs;
  }

  async #finish(
    resource: StoredResource,
    status: 'removed' | 'remove-failed',
  ): Promise<undefined> {
    const { id, removalTaskId } = resource;
    const { resources, clock, notifier, outbox, auditor } = this.#deps;
    const event = await auditor.createEvent({
      eventId: 'resource-removal-end',
      severityLevel: 'medium',
      meta: { resourceId: id, taskId: removalTaskId ?? null, status },
    });
    const now = await clock.now();
    const change = toEnd(resource, status, now);
    const tell = listMessages(resource, status);
    const ended = await resources.move(resource, change, now, { tell });
    await event.success({ meta: { changed: ended !== undefined } });
    if (ended) {
      notifier.changed(id);
      outbox.deliverSoon();
      if (removalTaskId !== undefined) {
        const ref = toWaitRef(resource);
        await this.#deps.suspensionService.signal({ kind: WAIT_KIND, ref });
      }
    }
    return undefined;
  }
}

/** Who has it removed by a run, hears from that run that it is. */
function listMessages(
  { removalTaskId }: StoredResource,
  status: 'removed' | 'remove-failed',
): string[] {
  if (status === 'remove-failed') {
    return ['notify.resource-remove-failed'];
  }
  return removalTaskId === undefined ? ['notify.resource-ended'] : [];
}

/** What its end is still to do, is tried again. */
function toEnd(
  { expiresAt }: StoredResource,
  status: 'removed' | 'remove-failed',
  now: Date,
): ResourceChange {
  const nextLookAt =
    status === 'remove-failed' && expiresAt
      ? new Date(Math.max(expiresAt.getTime(), now.getTime() + TRY_AGAIN_MS))
      : undefined;
  return { status, leaseUntil: undefined, nextLookAt };
}

interface ResourceRemoverDeps {
  resources: ResourceStore;
  reverser: EffectReverser;
  leftovers: LeftoverRecorder;
  suspensionService: Pick<SuspensionService, 'signal'>;
  notifier: RunNotifier;
  outbox: Outbox;
  clock: Clock;
  sleep: Sleep;
  /** Aborts when the backend stops. */
  stopping: AbortSignal;
  auditor: AuditorService;
  logger: LoggerService;
}
