import { attemptOf, FakeInfrastructure } from '../__testUtils__/fakes';
import { setupActions } from '../__testUtils__/setupActions';

const PR_URL = 'https://github.com/myorg/infrastructure/pull/7';

/** Counts looks, and says how many there were when the apply was started. */
function watch(infrastructure: FakeInfrastructure) {
  const { getRun, startApply } = infrastructure;
  const seen = { looks: 0, beforeStart: 0 };
  infrastructure.getRun = async () => {
    seen.looks += 1;
    return getRun.call(infrastructure);
  };
  infrastructure.startApply = async (url, options) => {
    seen.beforeStart = seen.looks;
    return startApply.call(infrastructure, url, options);
  };
  return seen;
}

describe('how often an infrastructure run is looked at', () => {
  const of = (options: { by?: 'service' } = {}) =>
    attemptOf('apply', { input: { prUrl: PR_URL, apply: true }, ...options });

  it('is once before an apply, and not at once after its start', async () => {
    const { run, infrastructure, pause, runs } = setupActions();
    await runs.claimEffect({
      taskId: 'task-1',
      stepId: 'pr',
      inputDigest: 'd',
      capability: 'git',
      provider: 'github',
      kind: 'pull request',
      name: PR_URL,
      attempt: 'a',
      reference: { url: PR_URL, headCommit: 'aaaaaaa1' },
    });
    infrastructure.startApply = async () => {
      infrastructure.state.status = 'applying';
    };
    const seen = watch(infrastructure);
    pause.onSleep = () => {
      infrastructure.state.status = 'applied';
    };
    await run('terraform:wait-for-apply', of());
    expect(seen).toEqual({ looks: 2, beforeStart: 1 });
    expect(pause.now()).toBe(500);
  });

  it('is ever more rarely, and once more when the inline wait ends', async () => {
    const { run, infrastructure, pause, runs } = setupActions({
      inlineWaitMs: 3_200,
    });
    infrastructure.state.status = 'planning';
    const seen = watch(infrastructure);
    const times: number[] = [];
    pause.onSleep = () => times.push(pause.now());
    const tried = of();
    runs.onSuspend = () => tried.abort.abort();
    await expect(run('terraform:wait-for-apply', tried)).rejects.toMatchObject({
      name: 'WaitingError',
    });
    expect(times).toEqual([500, 1_500, 3_000, 3_200]);
    // Without a record of the pull request its head is read first.
    expect(seen.looks).toBe(1 + 1 + times.length);
  });

  it('is once where it is over by then', async () => {
    const { run, infrastructure } = setupActions();
    infrastructure.state.status = 'applied';
    const seen = watch(infrastructure);
    await run('terraform:wait-for-apply', of());
    expect(seen).toEqual({ looks: 2, beforeStart: 0 });
  });
});
