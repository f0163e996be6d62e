import {
  chooseProvider,
  GitProvider,
  Repository,
} from '@self-service/plugin-providers-node';
import { EffectUndoer } from '@self-service/plugin-runs-node';
import { isCreated, isStock } from '../leftovers';
import { isConflict } from './errors';

/** Deletes a repository that the run created, or archives it. */
export function createRepositoryUndoer(
  providers: readonly GitProvider[],
): EffectUndoer {
  return {
    capability: 'git',
    kind: 'repository',
    async undo(effect, { runKey, signal }) {
      const { name, provider } = effect;
      const git = chooseProvider(
        providers,
        ({ id }) => id === provider,
        `the git provider ${provider}`,
      );
      const repository = parseName(name);
      const { url = `https://${name}` } = effect;
      try {
        switch (await git.removeRepository(repository, { runKey, signal })) {
          case 'deleted':
            return { outcome: 'undone', note: `Deleted ${name}.` };
          case 'absent':
            return { outcome: 'undone', note: 'It does not exist.' };
          default:
            return {
              outcome: 'retained',
              note: `${name} is archived, and not deleted: somebody has pushed to it, or our account may not delete. Delete it by hand if nobody needs it.`,
              url,
            };
        }
      } catch (error) {
        if (!isConflict(error)) {
          throw error;
        }
        return isCreated(effect) || isStock(effect)
          ? {
              outcome: 'retained',
              note: `There is a repository ${name}, and it can't be told to be the one that this run created. Delete it by hand if nobody needs it.`,
              url,
            }
          : {
              outcome: 'undone',
              note: `The repository ${name} is not of this run, and stays.`,
            };
      }
    },
  };
}

/** Reads `host/owner/name`; owners may have slashes. */
function parseName(name: string): Repository {
  const parts = name.split('/');
  return {
    host: parts[0],
    owner: parts.slice(1, -1).join('/'),
    name: parts[parts.length - 1],
  };
}
