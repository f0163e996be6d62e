import { attemptOf } from '../__testUtils__/fakes';
import { setupActions } from '../__testUtils__/setupActions';

const PR_URL = 'https://github.com/myorg/infrastructure/pull/7';

describe('a pull request that changes nothing which is planned', () => {
  // As Atlantis says it: 0/0 projects planned, 0/0 projects applied.
  const EMPTY = { status: 'applied', plan: undefined, projects: [] } as const;
  const of = (options: Parameters<typeof attemptOf>[1] = {}) =>
    attemptOf('apply', { input: { prUrl: PR_URL }, ...options });

  it('is not taken for applied, and leaves nothing to undo', async () => {
    const { run, infrastructure, runs } = setupActions();
    Object.assign(infrastructure.state, EMPTY);
    const tried = of();
    await expect(run('terraform:wait-for-apply', tried)).rejects.toThrow(
      'nothing to apply',
    );
    expect(tried.outputs).toEqual({});
    expect(runs.effects.map(({ status }) => status)).toEqual(['absent']);
    expect(runs.reports.at(-1)).toMatchObject({
      outcome: 'failed',
      problem: { whose: 'platform', canPass: false },
    });
  });

  it('is told from one that is merged, whose runs are not there yet', async () => {
    const { run, infrastructure, runs } = setupActions({ inlineWaitMs: 0 });
    Object.assign(infrastructure.state, { ...EMPTY, status: 'applying' });
    const first = of();
    runs.onSuspend = () => first.abort.abort();
    await expect(run('terraform:wait-for-apply', first)).rejects.toThrow();
    expect(runs.suspensions).toHaveLength(1);
    infrastructure.state.status = 'applied';
    await expect(
      run('terraform:wait-for-apply', of({ by: 'service' })),
    ).rejects.toThrow('nothing to apply');
  });

  it('is told from one whose plan has no changes', async () => {
    const { run, infrastructure } = setupActions();
    Object.assign(infrastructure.state, {
      ...EMPTY,
      plan: { add: 0, change: 0, destroy: 0 },
    });
    const tried = of();
    await run('terraform:wait-for-apply', tried);
    expect(tried.outputs).toMatchObject({ headCommit: 'aaaaaaa1' });
  });
});
