import {
  chooseProvider,
  GitProvider,
  Repository,
} from '@self-service/plugin-providers-node';
import { Effect } from '@self-service/plugin-runs-common';
import { EffectUndoer } from '@self-service/plugin-runs-node';
import { isCreated, isStock, madeWithin, mayBeAnothers } from '../leftovers';
import { isConflict } from './errors';

/**
 * Deletes a repository that the run created, or archives it. One that a stock
 * action has created carries no mark: the time in which its step ran proves
 * it.
 */
export function createRepositoryUndoer(
  providers: readonly GitProvider[],
): EffectUndoer {
  return {
    capability: 'git',
    kind: 'repository',
    async undo(effect, { runKey, signal }) {
      const { name } = effect;
      const git = chooseGit(providers, effect);
      const repository = parseName(name);
      const { url = `https://${name}` } = effect;
      const made = madeWithin(effect);
      try {
        const options = { runKey, made, signal };
        switch (await git.removeRepository(repository, options)) {
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
    async settle(effect, { runKey, signal }) {
      const git = chooseGit(providers, effect);
      const found = await git.findRepository(parseName(effect.name), {
        signal,
      });
      if (!found) {
        return { outcome: 'absent' };
      }
      const { repository, url, cloneUrl, defaultBranch, createdBy } = found;
      if (isStock(effect) && createdBy === undefined) {
        return mayBeAnothers(effect)
          ? {
              outcome: 'unsure',
              note: `There is a repository ${effect.name}, and it can't be told whether this run created it.`,
              url,
            }
          : { outcome: 'created', url };
      }
      return createdBy === runKey
        ? {
            outcome: 'created',
            url,
            reference: {
              repository: { ...repository },
              url,
              cloneUrl,
              defaultBranch,
            },
          }
        : { outcome: 'absent' };
    },
  };
}

function chooseGit(
  providers: readonly GitProvider[],
  { provider }: Effect,
): GitProvider {
  return chooseProvider(
    providers,
    ({ id }) => id === provider,
    `the git provider ${provider}`,
  );
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
