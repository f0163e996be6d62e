import { SecretSealer } from '@self-service/plugin-runs-node';
import { StoredRun } from '../../database/RunStore';
import {
  StoredSuspension,
  SuspensionStore,
} from '../../database/SuspensionStore';

/** Knows whether the user secrets of a run that has ended are still there. */
export class RunSecrets {
  readonly #suspensions: SuspensionStore;
  readonly #sealer: SecretSealer | undefined;

  private constructor(deps: RunSecretsDeps) {
    this.#suspensions = deps.suspensions;
    this.#sealer = deps.sealer;
  }

  static create(deps: RunSecretsDeps): RunSecrets {
    return new RunSecrets(deps);
  }

  /**
   * Why the run can't be opened for want of its secrets, for people;
   * `undefined` where it can.
   */
  async findProblem({
    taskId,
    secretNames,
  }: StoredRun): Promise<string | undefined> {
    if (secretNames.length === 0 || (await this.#findSealed(taskId))) {
      return undefined;
    }
    return `What was entered as a secret (${secretNames.join(
      ', ',
    )}) is gone, since the run has ended and secrets are not kept. Edit and resubmit it, and enter it again.`;
  }

  /** The run's user secrets, where it had any. */
  async open({
    taskId,
    secretNames,
  }: StoredRun): Promise<Record<string, string> | undefined> {
    const sealed =
      secretNames.length > 0 ? await this.#findSealed(taskId) : undefined;
    return sealed ? this.#sealer?.open(sealed, taskId) : undefined;
  }

  async #findSealed(taskId: string): Promise<string | undefined> {
    if (!this.#sealer) {
      return undefined;
    }
    const rows: StoredSuspension[] = await this.#suspensions.listByTask(taskId);
    return rows.findLast(row => row.sealedSecrets)?.sealedSecrets;
  }
}

interface RunSecretsDeps {
  suspensions: SuspensionStore;
  sealer: SecretSealer | undefined;
}
