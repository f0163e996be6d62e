import {
  chooseProvider,
  createProblemError,
  GitProvider,
  InfrastructureProvider,
  InfrastructureRun,
  PullRequest,
} from '@self-service/plugin-providers-node';
import { Effect } from '@self-service/plugin-runs-common';
import { EffectUndoer, UndoResult } from '@self-service/plugin-runs-node';
import { isConflict } from './errors';
import { toRevertKey } from './revertKey';

type Context = Parameters<EffectUndoer['undo']>[1];

interface Providers {
  git: readonly GitProvider[];
  infrastructure: readonly InfrastructureProvider[];
}

/**
 * Destroys what a pull request has applied: of an open one the vendor destroys
 * it; a merged one is taken back by its revert. What it only changed, and
 * another run has made, is never destroyed.
 */
export function createApplyUndoer(providers: Providers): EffectUndoer {
  return {
    capability: 'infrastructure',
    kind: 'apply',
    async undo(effect, context) {
      const { name: url, provider } = effect;
      const infrastructure = chooseProvider(
        providers.infrastructure,
        ({ id }) => id === provider,
        `the infrastructure provider ${provider}`,
      );
      const git = chooseProvider(
        providers.git,
        candidate => candidate.parsePullRequestUrl(url) !== undefined,
        `pull request ${url}`,
      );
      const { state } = await git.getPullRequest(url, context);
      if (state === 'merged') {
        return takeBack(git, infrastructure, effect, context);
      }
      return effect.reference?.existing === true
        ? leave(infrastructure, effect, context)
        : destroy(infrastructure, effect, context);
    },
    async settle({ name, provider }, { signal }) {
      const infrastructure = chooseProvider(
        providers.infrastructure,
        ({ id }) => id === provider,
        `the infrastructure provider ${provider}`,
      );
      const run = await infrastructure.getRun(name, { signal });
      const url = run.applyUrl ?? name;
      switch (run.status) {
        case 'applied':
          return { outcome: 'created', url };
        case 'applying':
          return { outcome: 'unsure', note: 'It is being applied.', url };
        case 'failed':
          return run.failedPhase === 'plan'
            ? { outcome: 'absent' }
            : {
                outcome: 'unsure',
                note: 'Its apply has failed, and may have made a part of it.',
                url,
              };
        default:
          return { outcome: 'absent' };
      }
    },
  };
}

async function destroy(
  infrastructure: InfrastructureProvider,
  { name }: Effect,
  { runKey, directories, signal }: Context & { directories?: string[] },
): Promise<UndoResult> {
  const { status, description, url } = await infrastructure.destroy(name, {
    runKey,
    directories,
    signal,
  });
  switch (status) {
    case 'destroyed':
      return { outcome: 'undone', note: 'Destroyed.' };
    case 'absent':
      return { outcome: 'undone', note: 'Nothing of it was ever applied.' };
    case 'failed':
      throw createProblemError(Error, {
        what: `What ${name} has applied could not be destroyed: ${description}`,
        whose: 'unknown',
        canPass: true,
        remedy: `Look at ${
          url ?? name
        }, remove the cause, and roll back again.`,
      });
    default:
      return { outcome: 'pending', note: description, url };
  }
}

/**
 * Leaves what an open pull request has changed as it is: the vendor would
 * destroy all of it, not only the change.
 */
async function leave(
  infrastructure: InfrastructureProvider,
  effect: Effect,
  { signal }: Context,
): Promise<UndoResult> {
  const { name } = effect;
  if (await wasNeverApplied(infrastructure, effect, signal)) {
    return { outcome: 'undone', note: 'Nothing of it was ever applied.' };
  }
  if (await stop(infrastructure, name, signal)) {
    return {
      outcome: 'pending',
      note: `Stopping the apply of ${name}, which is under way.`,
      url: name,
    };
  }
  return {
    outcome: 'retained',
    note: `What ${name} has changed stays as it is: it belongs to something that another run made. Apply the default branch to have it as it was.`,
    url: name,
  };
}

/**
 * Takes back a merged pull request by its revert. What the revert takes away
 * with its directory is destroyed before it is merged: no vendor plans a
 * directory that is gone. What it changes in others is applied.
 */
async function takeBack(
  git: GitProvider,
  infrastructure: InfrastructureProvider,
  effect: Effect,
  context: Context,
): Promise<UndoResult> {
  const { name } = effect;
  const { signal } = context;
  if (await wasNeverApplied(infrastructure, effect, signal)) {
    return { outcome: 'undone', note: 'Nothing of it was ever applied.' };
  }
  if (await stop(infrastructure, name, signal)) {
    return {
      outcome: 'pending',
      note: `Stopping the apply of ${name}, which is under way.`,
      url: name,
    };
  }
  let counter: PullRequest;
  try {
    const runKey = toRevertKey(effect.taskId, name);
    counter = await git.revertPullRequest(name, { runKey, signal });
  } catch (error) {
    if (!isConflict(error)) {
      throw error;
    }
    return {
      outcome: 'retained',
      note: `What ${name} has applied still exists, and can't be taken back by us. ${
        (error as Error).message
      }`,
      url: name,
    };
  }
  if (counter.state === 'closed') {
    return {
      outcome: 'retained',
      note: `What ${name} has applied still exists: somebody has closed ${counter.url}, which takes it back. Reopen it, apply and merge it.`,
      url: counter.url,
    };
  }
  const { projects } = await infrastructure.getRun(name, { signal });
  // Never what another run has made.
  const isOwn = effect.reference?.existing !== true;
  const { gone, staying } = isOwn
    ? await sortDirectories(git, { name, counter, projects, signal })
    : { gone: [], staying: projects.length };
  if (gone.length > 0) {
    const destruction = await destroy(infrastructure, effect, {
      ...context,
      directories: gone,
    });
    if (destruction.outcome !== 'undone') {
      return destruction;
    }
  }
  return gone.length > 0 && staying === 0
    ? mergeDestroyed(git, counter, signal)
    : follow(git, infrastructure, { counter, projects, gone, signal });
}

async function mergeDestroyed(
  git: GitProvider,
  { url, head }: PullRequest,
  signal: AbortSignal,
): Promise<UndoResult> {
  await git.mergePullRequest(url, { head: head.commit, signal });
  return {
    outcome: 'undone',
    note: `Destroyed; ${url} takes its code away.`,
    url,
  };
}

/**
 * Sorts the directories of a pull request by whether its revert takes them away.
 * Those that it had not itself are not its own: vendors name, for its merge, also
 * what others have made a workspace for since then.
 *
 * @returns those that are gone, and how many stay
 */
async function sortDirectories(
  git: GitProvider,
  {
    name,
    counter,
    projects,
    signal,
  }: {
    name: string;
    counter: PullRequest;
    projects: InfrastructureRun['projects'];
    signal: AbortSignal;
  },
): Promise<{ gone: string[]; staying: number }> {
  const { repository, head } = await git.getPullRequest(name, { signal });
  const has = async (directory: string, commit: string) => {
    const files = await git.listFiles(repository, directory, {
      commit,
      signal,
    });
    return files.length > 0;
  };
  const gone: string[] = [];
  let staying = 0;
  for (const { directory } of projects) {
    if (directory === undefined || (await has(directory, head.commit))) {
      const stays =
        directory === undefined || (await has(directory, counter.head.commit));
      staying += stays ? 1 : 0;
      gone.push(...(stays ? [] : [directory]));
    }
  }
  return { gone, staying };
}

/** Takes the revert a step further. */
async function follow(
  git: GitProvider,
  infrastructure: InfrastructureProvider,
  {
    counter,
    projects,
    gone,
    signal,
  }: {
    counter: PullRequest;
    /** Of the pull request that is taken back. */
    projects: InfrastructureRun['projects'];
    /** Directories that it takes away; they are destroyed. */
    gone: readonly string[];
    signal: AbortSignal;
  },
): Promise<UndoResult> {
  const { url, head, state } = counter;
  const run = await infrastructure.getRun(url, { signal });
  const isGone = ({ directory }: InfrastructureRun['projects'][number]) =>
    directory !== undefined && gone.includes(directory);
  if (run.projects.length > 0 && run.projects.every(isGone)) {
    return mergeDestroyed(git, counter, signal);
  }
  const pending = (note: string): UndoResult => ({
    outcome: 'pending',
    note,
    url,
  });
  switch (run.status) {
    case 'applied':
      // Where nothing is planned, nothing is taken back, and all looks well.
      if (run.projects.length === 0 && projects.length > 0) {
        return {
          outcome: 'retained',
          note: `What was applied still exists: nothing is planned in ${url}, which takes its code away. Destroy it by hand, then merge that.`,
          url,
        };
      }
      await git.mergePullRequest(url, { head: head.commit, signal });
      return { outcome: 'undone', note: `Taken back by ${url}.`, url };
    case 'planned':
      if (state === 'merged') {
        break;
      }
      await infrastructure.startApply(url, { head: head.commit, signal });
      return pending(`Applying ${url}, which takes it back.`);
    case 'applying':
      if (run.awaitsStart) {
        await infrastructure.startApply(url, { head: head.commit, signal });
      }
      return pending(`Applying ${url}, which takes it back.`);
    case 'failed':
      if (run.failedPhase === 'apply') {
        await startAgain(infrastructure, counter, signal);
      }
      throw createProblemError(Error, {
        what: `The ${run.failedPhase ?? 'run'} of ${url} has failed: ${
          run.description ?? 'no reason given'
        }.`,
        whose: 'unknown',
        canPass: run.failedPhase === 'apply',
        remedy: `Look at ${
          run.applyUrl ?? run.planUrl ?? url
        }, remove the cause, and roll back again.`,
      });
    default:
      if (state === 'merged') {
        break;
      }
      return pending(`Waiting for the plan of ${url}, which takes it back.`);
  }
  return {
    outcome: 'retained',
    note: `${url} takes it back, but was merged before it was applied. Apply the default branch by hand.`,
    url,
  };
}

/** Starts a failed apply once more, where the vendor still takes it. */
async function startAgain(
  infrastructure: InfrastructureProvider,
  { url, head }: PullRequest,
  signal: AbortSignal,
): Promise<void> {
  try {
    await infrastructure.startApply(url, { head: head.commit, signal });
  } catch (error) {
    // Some apply open pull requests only; then people have to.
    if (!isConflict(error)) {
      throw error;
    }
  }
}

/**
 * Stops an apply that is under way or waits to be started once more: what it
 * has not made yet need not be taken back, and what comes after it would wait
 * for it.
 *
 * @returns whether there was something to stop
 */
async function stop(
  infrastructure: InfrastructureProvider,
  url: string,
  signal: AbortSignal,
): Promise<boolean> {
  if (!infrastructure.features.includes('cancel')) {
    return false;
  }
  const { status } = await infrastructure.getRun(url, { signal });
  if (status !== 'applying') {
    return false;
  }
  await infrastructure.cancel(url, { signal });
  return true;
}

/** Whether the step was stopped before anything was applied. */
async function wasNeverApplied(
  infrastructure: InfrastructureProvider,
  { name, reference }: Effect,
  signal: AbortSignal,
): Promise<boolean> {
  // Only what was completed has outputs.
  if (reference?.outputs !== undefined) {
    return false;
  }
  const { status } = await infrastructure.getRun(name, { signal });
  return status === 'planned';
}
