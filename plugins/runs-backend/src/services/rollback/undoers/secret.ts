import {
  chooseProvider,
  SecretsProvider,
} from '@self-service/plugin-providers-node';
import { Effect } from '@self-service/plugin-runs-common';
import { EffectUndoer } from '@self-service/plugin-runs-node';
import { isCreated, isStock, madeWithin, mayBeAnothers } from '../leftovers';
import { isConflict } from './errors';

/**
 * Removes a secret that the run wrote, and that nobody has written since. Of
 * one that a stock action has written, the time in which its step ran proves
 * that.
 */
export function createSecretUndoer(
  providers: readonly SecretsProvider[],
): EffectUndoer {
  return {
    capability: 'secrets',
    kind: 'secret',
    async undo(effect, { runKey, signal }) {
      const { name } = effect;
      const secrets = chooseSecrets(providers, effect);
      try {
        const made = madeWithin(effect);
        const outcome = await secrets.remove(name, { runKey, made, signal });
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
    async settle(effect, { runKey, signal }) {
      const { name } = effect;
      const secrets = chooseSecrets(providers, effect);
      const found = await secrets.find(name, { signal });
      if (!found) {
        if (!isStock(effect)) {
          await freePath(secrets, name, { runKey, signal });
        }
        return { outcome: 'absent' };
      }
      const { path, version, url, writtenBy } = found;
      if (isStock(effect) && writtenBy === undefined) {
        return mayBeAnothers(effect)
          ? {
              outcome: 'unsure',
              note: `There is a secret ${name}, and it can't be told whether this run wrote it.`,
              url,
            }
          : { outcome: 'created', url };
      }
      return writtenBy === runKey
        ? { outcome: 'created', url, reference: { path, version } }
        : { outcome: 'absent' };
    },
  };
}

/** Vaults may keep a path taken that was marked, and never written. */
async function freePath(
  secrets: SecretsProvider,
  path: string,
  options: { runKey: string; signal: AbortSignal },
): Promise<void> {
  try {
    await secrets.remove(path, options);
  } catch (error) {
    if (!isConflict(error)) {
      throw error;
    }
  }
}

function chooseSecrets(
  providers: readonly SecretsProvider[],
  { provider }: Effect,
): SecretsProvider {
  return chooseProvider(
    providers,
    ({ id }) => id === provider,
    `the secrets provider ${provider}`,
  );
}
