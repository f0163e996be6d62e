import {
  chooseProvider,
  GitProvider,
  PullRequest,
  Repository,
} from '@self-service/plugin-providers-node';
import { Effect } from '@self-service/plugin-runs-common';
import {
  EffectUndoer,
  SettleResult,
  UndoResult,
} from '@self-service/plugin-runs-node';
import { isStock, mayBeAnothers } from '../leftovers';
import { isConflict, isNotFound } from './errors';
import { toRevertKey } from './revertKey';

type Context = Parameters<EffectUndoer['undo']>[1];

const LONELY_BRANCH =
  'This branch has no pull request, and it can not be told whether this run pushed it.';

/**
 * Closes a pull request that is open. One that is merged gets its counter
 * pull request, unless undoing its apply has merged that already.
 */
export function createPullRequestUndoer(
  providers: readonly GitProvider[],
): EffectUndoer {
  return {
    capability: 'git',
    kind: 'pull request',
    async undo(effect, context) {
      const git = chooseGit(providers, effect);
      const { signal } = context;
      const found = await find(git, effect, context);
      if ('outcome' in found) {
        return found;
      }
      if (found.state !== 'merged') {
        const comment = `Run ${effect.taskId} was rolled back.`;
        try {
          await git.closePullRequest(found.url, { comment, signal });
          return { outcome: 'undone', note: `Closed ${found.url}.` };
        } catch (error) {
          // Merged between the look and the closing.
          const now = await git.getPullRequest(found.url, { signal });
          if (now.state !== 'merged') {
            throw error;
          }
        }
      }
      const result = await revert(git, found.url, effect, context);
      if (result.outcome === 'undone' && result.url) {
        await removeMerged(git, [found.url, result.url], effect, context);
      }
      return result;
    },
    async settle(effect, { runKey, signal }) {
      const git = chooseGit(providers, effect);
      const { repository, branch } = parseName(effect.name);
      const found = await git.findPullRequest(repository, branch, { signal });
      if (isStock(effect)) {
        return !found && (await mayHavePushed(git, effect, signal))
          ? { outcome: 'unsure', note: LONELY_BRANCH }
          : settleStock(effect, found);
      }
      if (found?.openedBy !== runKey) {
        // Of use to nobody without its pull request.
        await git.removeBranch(repository, branch, { runKey, signal });
        return { outcome: 'absent' };
      }
      const { url, number, head, base } = found;
      const reference = { url, number, headCommit: head.commit, base };
      return { outcome: 'created', url, reference };
    },
  };
}

/** Whether a branch without a pull request may be a stock action's. */
async function mayHavePushed(
  git: GitProvider,
  effect: Effect,
  signal: AbortSignal,
): Promise<boolean> {
  const { repository, branch } = parseName(effect.name);
  return (
    mayBeAnothers(effect) &&
    (await git.findBranch(repository, branch, { signal })) !== undefined
  );
}

function settleStock(
  effect: Effect,
  found: PullRequest | undefined,
): SettleResult {
  if (!found || found.openedBy || found.state === 'closed') {
    return { outcome: 'absent' };
  }
  const { url } = found;
  return mayBeAnothers(effect)
    ? {
        outcome: 'unsure',
        note: 'There is a pull request of this branch, and it can not be told whether this run opened it.',
        url,
      }
    : {
        outcome: 'created',
        url,
        reference: { ...effect.reference, url, number: found.number },
      };
}

function chooseGit(
  providers: readonly GitProvider[],
  effect: Effect,
): GitProvider {
  return chooseProvider(
    providers,
    ({ id }) => id === effect.provider,
    `the git provider ${effect.provider}`,
  );
}

async function find(
  git: GitProvider,
  effect: Effect,
  { runKey, signal }: Context,
): Promise<PullRequest | UndoResult> {
  const url = effect.reference?.url ?? effect.url;
  if (typeof url === 'string') {
    try {
      return await git.getPullRequest(url, { signal });
    } catch (error) {
      if (isNotFound(error)) {
        return {
          outcome: 'retained',
          note: `${url} can't be found any more: its repository is gone, or we may not see it. Look whether it is still there.`,
          url,
        };
      }
      throw error;
    }
  }
  const { repository, branch } = parseName(effect.name);
  const found = await git.findPullRequest(repository, branch, { signal });
  const none: UndoResult = {
    outcome: 'undone',
    note: `Branch ${branch} has no pull request of this run.`,
  };
  if (!isStock(effect)) {
    if (found?.openedBy === runKey) {
      return found;
    }
    // The branch comes before the pull request.
    await git.removeBranch(repository, branch, { runKey, signal });
    return none;
  }
  if (!found) {
    return (await mayHavePushed(git, effect, signal))
      ? { outcome: 'retained', note: `${LONELY_BRANCH} If it did, delete it.` }
      : none;
  }
  if (found.openedBy || found.state === 'closed') {
    return none;
  }
  return mayBeAnothers(effect)
    ? {
        outcome: 'retained',
        note: `There is a pull request of branch ${branch}, and it can't be told whether this run opened it. If it did, close it.`,
        url: found.url,
      }
    : found;
}

async function revert(
  git: GitProvider,
  url: string,
  effect: Effect,
  { effects, signal }: Context,
): Promise<UndoResult> {
  const apply = effects.find(
    ({ kind, name, status }) =>
      kind === 'apply' && name === url && status === 'undone',
  );
  if (apply?.undoUrl && (await isMerged(git, apply.undoUrl, signal))) {
    return {
      outcome: 'undone',
      note: `It was merged, and ${apply.undoUrl} has taken it back.`,
      url: apply.undoUrl,
    };
  }
  try {
    const counter = await git.revertPullRequest(url, {
      runKey: toRevertKey(effect.taskId, url),
      signal,
    });
    return counter.state === 'merged'
      ? {
          outcome: 'undone',
          note: `It was merged, and ${counter.url} has taken it back.`,
          url: counter.url,
        }
      : {
          outcome: 'retained',
          note: `It is merged and can't be taken back without a review. Merge ${counter.url}, which reverts it.`,
          url: counter.url,
        };
  } catch (error) {
    if (!isConflict(error)) {
      throw error;
    }
    return {
      outcome: 'retained',
      note: `It is merged and can't be reverted by us. ${
        (error as Error).message
      }`,
      url,
    };
  }
}

/** Deletes the branches of this run that are merged and taken back. */
async function removeMerged(
  git: GitProvider,
  [url, counterUrl]: [string, string],
  { taskId }: Effect,
  { runKey, signal }: Context,
): Promise<void> {
  const keys = { [url]: runKey, [counterUrl]: toRevertKey(taskId, url) };
  for (const [each, key] of Object.entries(keys)) {
    const { repository, head } = await git.getPullRequest(each, { signal });
    await git.removeBranch(repository, head.branch, { runKey: key, signal });
  }
}

async function isMerged(
  git: GitProvider,
  url: string,
  signal: AbortSignal,
): Promise<boolean> {
  if (!git.parsePullRequestUrl(url)) {
    return false;
  }
  return (await git.getPullRequest(url, { signal })).state === 'merged';
}

/** Reads `host/owner/name#branch`; owners may have slashes. */
function parseName(name: string): { repository: Repository; branch: string } {
  const [path, ...branch] = name.split('#');
  const parts = path.split('/');
  return {
    repository: {
      host: parts[0],
      owner: parts.slice(1, -1).join('/'),
      name: parts[parts.length - 1],
    },
    branch: branch.join('#'),
  };
}
