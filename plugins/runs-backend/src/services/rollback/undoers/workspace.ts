import {
  chooseProvider,
  InfrastructureProvider,
  Repository,
} from '@self-service/plugin-providers-node';
import { Effect } from '@self-service/plugin-runs-common';
import { EffectUndoer } from '@self-service/plugin-runs-node';
import { isCreated } from '../leftovers';
import { isConflict } from './errors';

/**
 * Removes the workspace that a run made for a directory, once what was applied
 * in it is destroyed.
 */
export function createWorkspaceUndoer(
  providers: readonly InfrastructureProvider[],
): EffectUndoer {
  const choose = (provider: string) =>
    chooseProvider(
      providers,
      ({ id }) => id === provider,
      `the infrastructure provider ${provider}`,
    );
  return {
    capability: 'infrastructure',
    kind: 'workspace',
    async undo(effect, { runKey, signal }) {
      const { name, provider, reference } = effect;
      if (reference?.existed === true) {
        return {
          outcome: 'undone',
          note: `${name} had its workspace before this run.`,
        };
      }
      const infrastructure = choose(provider);
      const { repository, directory } = parseName(name);
      const url = effect.url;
      try {
        const options = { runKey, signal };
        switch (
          await infrastructure.removeWorkspace(repository, directory, options)
        ) {
          case 'removed':
            return { outcome: 'undone', note: 'Deleted.' };
          case 'absent':
            return { outcome: 'undone', note: 'It does not exist.' };
          case 'busy':
            return {
              outcome: 'pending',
              note: `Something is under way in the workspace of ${name}: it is deleted when that is over.`,
              url,
            };
          default:
            return {
              outcome: 'retained',
              note: `The workspace of ${name} still manages something and stays. Destroy that, then delete the workspace by hand.`,
              url,
            };
        }
      } catch (error) {
        if (!isConflict(error)) {
          throw error;
        }
        return isCreated(effect)
          ? {
              outcome: 'retained',
              note: `The workspace of ${name} can't be told to be the one that this run made. Delete it by hand if nobody needs it.`,
              url,
            }
          : {
              outcome: 'undone',
              note: `The workspace of ${name} is not of this run, and stays.`,
            };
      }
    },
    async settle({ name, provider, reference }, context) {
      const { repository, directory } = parseName(name);
      const found = await choose(provider).findWorkspace(
        repository,
        directory,
        context,
      );
      return found
        ? {
            outcome: 'created',
            url: found.url,
            reference: { ...reference, workspace: found.name },
          }
        : { outcome: 'absent' };
    },
  };
}

/** Reads `host/owner/name//directory`; owners may have slashes. */
function parseName(name: Effect['name']): {
  repository: Repository;
  directory: string;
} {
  const [path, ...directory] = name.split('//');
  const parts = path.split('/');
  return {
    repository: {
      host: parts[0],
      owner: parts.slice(1, -1).join('/'),
      name: parts[parts.length - 1],
    },
    directory: directory.join('//'),
  };
}
