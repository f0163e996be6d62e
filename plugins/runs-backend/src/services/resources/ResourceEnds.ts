import { AuditorService, LoggerService } from '@backstage/backend-plugin-api';
import { findDueWarning, findNextStep } from '@self-service/plugin-runs-common';
import {
  ResourceChange,
  ResourceStore,
  StoredResource,
} from '../../database/ResourceStore';
import { Clock } from '../Clock';
import { Outbox } from '../Outbox';
import { RunNotifier } from '../RunNotifier';
import { ResourceRemover } from './ResourceRemover';

/** Most resources that one tick takes from those that are due. */
const BATCH = 100;

/**
 * Ends what was for a time: warns before, and removes it when its end has
 * come, as often as it takes.
 */
export class ResourceEnds {
  readonly #deps: ResourceEndsDeps;

  private constructor(deps: ResourceEndsDeps) {
    this.#deps = deps;
  }

  static create(deps: ResourceEndsDeps): ResourceEnds {
    return new ResourceEnds(deps);
  }

  /** Takes up what is due, removals that nobody drives included. */
  async tick(): Promise<void> {
    const { resources, clock, logger } = this.#deps;
    const now = await clock.now();
    for (const resource of await resources.listDue(now, BATCH)) {
      try {
        await this.#advance(resource, now);
      } catch (error) {
        logger.warn(`Resource ${resource.id} was not looked after: ${error}`);
      }
    }
  }

  async #advance(resource: StoredResource, now: Date): Promise<void> {
    const { id, status, expiresAt, warnedDays } = resource;
    if (status === 'removing') {
      this.#deps.remover.start(id);
      return;
    }
    if (status === 'removed' || !expiresAt) {
      await this.#move(resource, { nextLookAt: undefined }, now);
      return;
    }
    if (expiresAt <= now) {
      await this.#end(resource, now);
      return;
    }
    const due = findDueWarning(expiresAt, now, warnedDays);
    const warned = due ?? warnedDays;
    await this.#move(
      resource,
      { warnedDays: warned, nextLookAt: findNextStep(expiresAt, warned) },
      now,
      due === undefined ? [] : [`notify.resource-ends-${due}`],
    );
  }

  async #end(resource: StoredResource, now: Date): Promise<void> {
    const { id } = resource;
    const event = await this.#deps.auditor.createEvent({
      eventId: 'resource-end',
      severityLevel: 'medium',
      meta: { resourceId: id, expiresAt: resource.expiresAt?.toISOString() },
    });
    const change: ResourceChange = {
      status: 'removing',
      removalTaskId: undefined,
      removalRound: resource.removalRound + 1,
      leaseUntil: undefined,
      nextLookAt: now,
    };
    const moved = await this.#move(resource, change, now);
    await event.success({ meta: { changed: moved } });
    if (moved) {
      this.#deps.remover.start(id);
    }
  }

  /** Somebody who was faster has looked after it. */
  async #move(
    resource: StoredResource,
    change: ResourceChange,
    now: Date,
    tell: string[] = [],
  ): Promise<boolean> {
    const { resources, notifier, outbox } = this.#deps;
    const moved = await resources.move(resource, change, now, { tell });
    if (moved) {
      notifier.changed(resource.id);
      outbox.deliverSoon();
    }
    return moved !== undefined;
  }
}

interface ResourceEndsDeps {
  resources: ResourceStore;
  remover: ResourceRemover;
  notifier: RunNotifier;
  outbox: Outbox;
  clock: Clock;
  auditor: AuditorService;
  logger: LoggerService;
}
