import { LoggerService } from '@backstage/backend-plugin-api';
import { TaskSpec } from '@backstage/plugin-scaffolder-common';
import { readResourceReference } from '@self-service/plugin-approvals-common';
import { FindResource } from '@self-service/plugin-runs-common';
import { EffectStore } from '../../database/EffectStore';
import { ResourceStore, StoredResource } from '../../database/ResourceStore';
import { RunStore, StoredRun } from '../../database/RunStore';
import { Clock } from '../Clock';
import { RunNotifier } from '../RunNotifier';
import { TaskReader } from '../TaskReader';
import {
  deriveRunFacts,
  describeResource,
  readDeclaration,
} from './describeResource';
import { readKeptSpec } from './readKeptSpec';

/** How often a change starts over when somebody else was faster. */
const MAX_TRIES = 5;

/** Writes down what completed runs have made. */
export class ResourceRecorder {
  readonly #deps: ResourceRecorderDeps;

  private constructor(deps: ResourceRecorderDeps) {
    this.#deps = deps;
  }

  static create(deps: ResourceRecorderDeps): ResourceRecorder {
    return new ResourceRecorder(deps);
  }

  /**
   * Writes down what a run has made and still exists; what a run made that has
   * changed a resource becomes a part of that. Repeated, it changes nothing.
   *
   * @throws when task or ledger can't be read: to be tried again
   */
  async record(taskId: string): Promise<void> {
    const { runs, effects, resources, tasks, clock } = this.#deps;
    const run = await runs.find(taskId);
    if (run?.phase !== 'completed' || (await resources.find(taskId))) {
      return;
    }
    const live = await effects.listLive(taskId);
    if (live.length === 0) {
      return;
    }
    const spec = await readKeptSpec(tasks, taskId);
    const about = await this.#findAbout(spec);
    const changed = await resources.findByRun(taskId, 'change');
    if (changed) {
      await this.#recordChange(changed, run, spec);
      return;
    }
    const now = await clock.now();
    await resources.insert(
      describeResource({ run, spec, about, effects: live.reverse() }, now),
      now,
    );
    this.#deps.logger.info(`Run ${taskId} has made a resource`);
    this.#deps.notifier.changed(taskId);
  }

  /** What a change costs, the resource costs from then on. */
  async #recordChange(
    changed: StoredResource,
    run: StoredRun,
    spec: TaskSpec | undefined,
  ): Promise<void> {
    const { resources, clock, notifier } = this.#deps;
    let current: StoredResource | undefined = changed;
    for (let tries = 0; current && tries < MAX_TRIES; tries++) {
      const { monthlyCost } = deriveRunFacts({ run, spec, about: current });
      if (monthlyCost === undefined || monthlyCost === current.monthlyCost) {
        return;
      }
      const now = await clock.now();
      if (await resources.move(current, { monthlyCost }, now)) {
        notifier.changed(current.id);
        return;
      }
      current = await resources.find(changed.id);
    }
    throw new Error(`Resource ${changed.id} keeps changing; tried again later`);
  }

  async #findAbout(
    spec: TaskSpec | undefined,
  ): Promise<StoredResource | undefined> {
    const reference = readResourceReference(
      readDeclaration(spec),
      spec?.parameters ?? {},
    );
    return typeof reference === 'object'
      ? findResource(this.#deps.resources, reference)
      : undefined;
  }
}

/** Finds a resource by its id, or by a secret of it. */
export async function findResource(
  resources: ResourceStore,
  reference: FindResource,
): Promise<StoredResource | undefined> {
  return 'id' in reference
    ? resources.find(reference.id)
    : resources.findBySecret(reference.secret);
}

interface ResourceRecorderDeps {
  runs: RunStore;
  effects: EffectStore;
  resources: ResourceStore;
  tasks: TaskReader;
  clock: Clock;
  notifier: RunNotifier;
  logger: LoggerService;
}
