import { GitProvider } from '@self-service/plugin-providers-node';
import { Effect } from '@self-service/plugin-runs-common';
import { FakeOutside } from '../../../__testUtils__/FakeOutside';
import { createCommitUndoer } from './commit';

const RUN_KEY = 'task-1/step/digest';
const REPOSITORY = { host: 'git.example', owner: 'myorg', name: 'infra' };
const URL = 'https://git.example/myorg/infra/commit/c0ffee';

describe('the undoer of commits', () => {
  const context = {
    runKey: RUN_KEY,
    effects: [],
    signal: new AbortController().signal,
  };

  function prepare(overrides: Partial<Effect> = {}) {
    const outside = new FakeOutside();
    const effect: Effect = {
      id: 'effect',
      taskId: 'task-1',
      stepId: 'step',
      status: 'undoing',
      capability: 'git',
      provider: 'github',
      kind: 'commit',
      name: `git.example/myorg/infra#dev (${RUN_KEY})`,
      reference: { repository: REPOSITORY, branch: 'dev' },
      createdAt: '',
      updatedAt: '',
      ...overrides,
    };
    const { git } = outside.providers();
    return {
      outside,
      effect,
      undoer: createCommitUndoer(git as readonly GitProvider[]),
    };
  }

  it('says of one that was made that it stays, and what to do', async () => {
    const { undoer, effect, outside } = prepare({
      url: URL,
      reference: { repository: REPOSITORY, branch: 'dev', commit: 'c0ffee' },
    });
    outside.fail = call => {
      throw new Error(`${call} is not needed`);
    };
    expect(await undoer.undo(effect, context)).toEqual({
      outcome: 'retained',
      note: expect.stringMatching(
        /c0ffee stays on dev.*revert it by a pull request/,
      ),
      url: URL,
    });
    expect(outside.acts).toEqual([]);
  });

  it('looks for one that was only intended', async () => {
    const { undoer, effect, outside } = prepare();
    outside.commits.set('abc', 'task-2/step/digest');
    expect(await undoer.undo(effect, context)).toMatchObject({
      outcome: 'undone',
    });
    outside.commits.set('c0ffee', RUN_KEY);
    expect(await undoer.undo(effect, context)).toMatchObject({
      outcome: 'retained',
      note: expect.stringContaining('c0ffee stays on dev'),
      url: URL,
    });
  });

  it('finds out what became of one that nobody goes on with', async () => {
    const { undoer, effect, outside } = prepare({
      reference: { repository: REPOSITORY },
    });
    expect(await undoer.settle?.(effect, context)).toEqual({
      outcome: 'absent',
    });
    outside.commits.set('c0ffee', RUN_KEY);
    expect(await undoer.settle?.(effect, context)).toEqual({
      outcome: 'created',
      url: URL,
      reference: {
        repository: REPOSITORY,
        branch: 'main',
        commit: 'c0ffee',
        url: URL,
      },
    });
  });
});
