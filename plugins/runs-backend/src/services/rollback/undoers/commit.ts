import {
  chooseProvider,
  CommittedFiles,
  GitProvider,
  Repository,
} from '@self-service/plugin-providers-node';
import { Effect } from '@self-service/plugin-runs-common';
import { EffectUndoer } from '@self-service/plugin-runs-node';
import { isCreated } from '../leftovers';

/**
 * Says of a commit on a branch that it stays: others have built upon it, and to
 * take it back is another change, which people are to see first.
 */
export function createCommitUndoer(
  providers: readonly GitProvider[],
): EffectUndoer {
  const find = (
    { provider, reference }: Effect,
    options: { runKey: string; signal: AbortSignal },
  ): Promise<CommittedFiles | undefined> => {
    const git = chooseProvider(
      providers,
      ({ id }) => id === provider,
      `the git provider ${provider}`,
    );
    const branch = reference?.branch;
    return git.findCommit(reference?.repository as unknown as Repository, {
      ...options,
      branch: typeof branch === 'string' ? branch : undefined,
    });
  };
  return {
    capability: 'git',
    kind: 'commit',
    async undo(effect, { runKey, signal }) {
      const known = isCreated(effect)
        ? { ...effect.reference, url: effect.url }
        : await find(effect, { runKey, signal });
      if (!known) {
        return {
          outcome: 'undone',
          note: 'It is not among the newest commits of the branch.',
        };
      }
      const { branch, commit, url } = known as Partial<CommittedFiles>;
      return {
        outcome: 'retained',
        note: `The commit ${commit} stays on ${branch}: nothing takes a commit back unseen. If it is not wanted, revert it by a pull request (git revert ${commit}).`,
        url,
      };
    },
    async settle(effect, { runKey, signal }) {
      const found = await find(effect, { runKey, signal });
      return found
        ? {
            outcome: 'created',
            url: found.url,
            reference: { ...effect.reference, ...found },
          }
        : { outcome: 'absent' };
    },
  };
}
