import { RegisterRun, RunRecord } from '@self-service/plugin-runs-common';
import { RunStore, StoredRun } from '../database/RunStore';
import { Clock } from './Clock';

/** Keeps what the gate records of a run. */
export class RunRegister {
  readonly #runs: RunStore;
  readonly #clock: Clock;

  private constructor(deps: { runs: RunStore; clock: Clock }) {
    this.#runs = deps.runs;
    this.#clock = deps.clock;
  }

  static create(deps: { runs: RunStore; clock: Clock }): RunRegister {
    return new RunRegister(deps);
  }

  /** See {@link RunStore.register}. */
  async register(taskId: string, run: RegisterRun): Promise<RunRecord> {
    const now = await this.#clock.now();
    return this.#toRecord(await this.#runs.register(taskId, run, now));
  }

  /** What a gate recorded; `undefined` where none did. */
  async find(taskId: string): Promise<RunRecord | undefined> {
    const run = await this.#runs.find(taskId);
    return run && !run.imported ? this.#toRecord(run) : undefined;
  }

  async #toRecord(run: StoredRun): Promise<RunRecord> {
    const entityRefs = await this.#runs.listEntities(run.taskId);
    return {
      taskId: run.taskId,
      templateRef: run.templateRef,
      requester: run.requester,
      authorised: run.authorised,
      secretNames: run.secretNames,
      team: run.team,
      onFailure: run.onFailure,
      holdHours: run.holdHours,
      ...(entityRefs.length > 0 && { entityRefs }),
      createdAt: run.createdAt.toISOString(),
    };
  }
}
