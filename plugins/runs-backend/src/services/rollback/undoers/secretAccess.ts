import {
  chooseSecretsProvider,
  SecretsProvider,
} from '@self-service/plugin-providers-node';
import { Effect } from '@self-service/plugin-runs-common';
import { EffectUndoer } from '@self-service/plugin-runs-node';
import { isCreated } from '../leftovers';
import { isConflict } from './errors';

/** Takes back the access to a secret that the run gave a team. */
export function createSecretAccessUndoer(
  providers: readonly SecretsProvider[],
): EffectUndoer {
  const read = ({ provider, reference }: Effect) => {
    const path = String(reference?.path);
    return {
      secrets: chooseSecretsProvider(providers, { path, provider }),
      grant: { path, team: String(reference?.team), access: 'read' as const },
    };
  };
  return {
    capability: 'secrets',
    kind: 'secret access',
    async undo(effect, { runKey, signal }) {
      const { name, provider, url } = effect;
      const { secrets, grant } = read(effect);
      const { path, team } = grant;
      if (!secrets.revokeAccess) {
        return {
          outcome: 'retained',
          note: `The portal may give and take no access at ${provider} any more. Look whether ${team} is still to read ${path}.`,
          url,
        };
      }
      try {
        const outcome = await secrets.revokeAccess({
          ...grant,
          runKey,
          signal,
        });
        return {
          outcome: 'undone',
          note:
            outcome === 'revoked'
              ? `${team} can no longer read ${path}.`
              : 'It was not given.',
        };
      } catch (error) {
        if (!isConflict(error)) {
          throw error;
        }
        return isCreated(effect)
          ? {
              outcome: 'retained',
              note: `${team} has access to ${path}, and it can't be told to be what this run gave. Take it back by hand if it is not to stay.`,
              url,
            }
          : {
              outcome: 'undone',
              note: `The access ${name} is not of this run, and stays.`,
            };
      }
    },
    // Nobody was told of the access: it is of no use to anybody.
    async settle(effect, { runKey, signal }) {
      const { secrets, grant } = read(effect);
      try {
        await secrets.revokeAccess?.({ ...grant, runKey, signal });
      } catch (error) {
        if (!isConflict(error)) {
          throw error;
        }
      }
      return { outcome: 'absent' };
    },
  };
}
