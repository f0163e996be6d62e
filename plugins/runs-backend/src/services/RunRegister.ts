import { RegisterRun, RunRecord } from '@self-service/plugin-runs-common';
import { RunStore } from '../database/RunStore';
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
    return this.#runs.register(taskId, run, await this.#clock.now());
  }

  /** What was recorded; `undefined` where nothing was. */
  async find(taskId: string): Promise<RunRecord | undefined> {
    return this.#runs.find(taskId);
  }
}
