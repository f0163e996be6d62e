import {
  chooseProvider,
  SecretsProvider,
} from '@self-service/plugin-providers-node';
import { EffectUndoer } from '@self-service/plugin-runs-node';
import { isCreated, isStock } from '../leftovers';
import { isConflict } from './errors';

/** Removes a secret that the run wrote, and that nobody has written since. */
export function createSecretUndoer(
  providers: readonly SecretsProvider[],
): EffectUndoer {
  return {
    capability: 'secrets',
    kind: 'secret',
    async undo(effect, { runKey, signal }) {
      const { name, provider } = effect;
      const secrets = chooseProvider(
        providers,
        ({ id }) => id === provider,
        `the secrets provider ${provider}`,
      );
      try {
        const outcome = await secrets.remove(name, { runKey, signal });
        return {
          outcome: 'undone',
          note:
            outcome === 'removed' ? `Removed ${name}.` : 'It does not exist.',
        };
      } catch (error) {
        if (!isConflict(error)) {
          throw error;
        }
        return isCreated(effect) || isStock(effect)
          ? {
              outcome: 'retained',
              note: `There is a secret ${name}, and it can't be told to be as this run wrote it. Remove it by hand if nobody needs it.`,
              url: effect.url,
            }
          : {
              outcome: 'undone',
              note: `The secret ${name} is not of this run, and stays.`,
            };
      }
    },
  };
}
