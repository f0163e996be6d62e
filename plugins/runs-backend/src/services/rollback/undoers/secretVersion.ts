import {
  chooseSecretsProvider,
  SecretsProvider,
} from '@self-service/plugin-providers-node';
import { Effect } from '@self-service/plugin-runs-common';
import { EffectUndoer } from '@self-service/plugin-runs-node';
import { isCreated } from '../leftovers';
import { isConflict } from './errors';

/** Gives the readers of a secret back the version that the run replaced. */
export function createSecretVersionUndoer(
  providers: readonly SecretsProvider[],
): EffectUndoer {
  const read = ({ provider, reference }: Effect) => {
    const path = String(reference?.path);
    return {
      path,
      secrets: chooseSecretsProvider(providers, { path, provider }),
    };
  };
  return {
    capability: 'secrets',
    kind: 'secret version',
    async undo(effect, { runKey, signal }) {
      const { path, secrets } = read(effect);
      try {
        const outcome = await secrets.undoRotation(path, { runKey, signal });
        return {
          outcome: 'undone',
          note:
            outcome === 'restored'
              ? `Restored the version of ${path} before it.`
              : 'It is not in use.',
        };
      } catch (error) {
        if (!isConflict(error)) {
          throw error;
        }
        return isCreated(effect)
          ? {
              outcome: 'retained',
              note: `The secret ${path} has been written since this run gave it a new version, or the version before is gone. Look which values are to be in use.`,
              url: effect.url,
            }
          : {
              outcome: 'undone',
              note: `The version of ${path} in use is not of this run, and stays.`,
            };
      }
    },
    // Nobody was told of the version: it is of no use to anybody.
    async settle(effect, { runKey, signal }) {
      const { path, secrets } = read(effect);
      try {
        await secrets.undoRotation(path, { runKey, signal });
      } catch (error) {
        if (!isConflict(error)) {
          throw error;
        }
      }
      return { outcome: 'absent' };
    },
  };
}
