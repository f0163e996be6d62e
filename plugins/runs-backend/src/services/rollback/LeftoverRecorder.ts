import { ResponseError } from '@backstage/errors';
import {
  GitProvider,
  SecretsProvider,
} from '@self-service/plugin-providers-node';
import { EffectStore } from '../../database/EffectStore';
import { Clock } from '../Clock';
import { TaskReader } from '../TaskReader';
import { findLeftovers } from './leftovers';

/** Where no installed provider serves what a step left behind. */
const NO_PROVIDER = 'none';

/**
 * Puts into the ledger what steps with stock actions may have left behind, so
 * that it is looked up and undone like everything else.
 */
export class LeftoverRecorder {
  readonly #deps: LeftoverRecorderDeps;

  private constructor(deps: LeftoverRecorderDeps) {
    this.#deps = deps;
  }

  static create(deps: LeftoverRecorderDeps): LeftoverRecorder {
    return new LeftoverRecorder(deps);
  }

  /** Records what is not recorded yet. A task that is gone leaves nothing. */
  async record(taskId: string): Promise<void> {
    const { effects, clock } = this.#deps;
    const leftovers = await this.#find(taskId);
    const now = await clock.now();
    for (const leftover of leftovers) {
      const provider = this.#chooseProvider(leftover);
      await effects.recordLeftover({ ...leftover, provider }, now);
    }
  }

  /** Whether steps with stock actions may have left something behind. */
  async hasLeftovers(taskId: string): Promise<boolean> {
    return (await this.#find(taskId)).length > 0;
  }

  async #find(taskId: string): Promise<ReturnType<typeof findLeftovers>> {
    const { tasks } = this.#deps;
    try {
      const spec = await tasks.readSpec(taskId);
      const declares = spec.steps.some(
        step => (step as { rollback?: unknown }).rollback !== undefined,
      );
      return declares
        ? findLeftovers(taskId, spec, await tasks.readEvents(taskId))
        : [];
    } catch (error) {
      const { name, statusCode } = error as Partial<ResponseError>;
      if (statusCode === 404 || name === 'NotFoundError') {
        return [];
      }
      throw error;
    }
  }

  #chooseProvider({
    capability,
    name,
  }: {
    capability: string;
    name: string;
  }): string {
    const { git, secrets } = this.#deps;
    const [host] = name.split('/');
    const providers =
      capability === 'secrets'
        ? secrets.filter(provider => provider.serves(name))
        : git.filter(provider => provider.serves(host));
    return providers.at(0)?.id ?? NO_PROVIDER;
  }
}

interface LeftoverRecorderDeps {
  effects: EffectStore;
  tasks: TaskReader;
  git: readonly GitProvider[];
  secrets: readonly SecretsProvider[];
  clock: Clock;
}
