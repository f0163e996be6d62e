import { runAnswer, RunOptions } from './__testUtils__/documents';
import { runDocumentSchema } from './documents';
import { readApplies, readPlans } from './readRuns';

const toUrl = ({ run }: { run: { id: string } }) => `https://hcp/${run.id}`;
const read = (...runs: RunOptions[]) =>
  runs.map(run => runDocumentSchema.parse(runAnswer(run)));

describe('readPlans', () => {
  it.each<[string, RunOptions[], object]>([
    ['no run', [], { status: 'unknown', projects: [] }],
    [
      'a run under way',
      [{ status: 'planning' }],
      { status: 'planning', projects: [{ status: 'pending' }] },
    ],
    [
      'a status of next year',
      [{ status: 'dreaming' }],
      { status: 'planning', projects: [{ status: 'pending' }] },
    ],
    [
      'a plan',
      [{ counts: [3, 1, 0], cost: '150.0' }],
      {
        status: 'planned',
        plan: { add: 3, change: 1, destroy: 0 },
        monthlyCost: 150,
        planUrl: 'https://hcp/run-1',
        projects: [{ name: 'orders', status: 'planned' }],
      },
    ],
    [
      'two plans',
      [
        { counts: [3, 0, 0], cost: '50.0' },
        { id: 'run-2', workspace: 'bills', counts: [1, 0, 2], cost: '0.5' },
      ],
      {
        status: 'planned',
        plan: { add: 4, change: 0, destroy: 2 },
        monthlyCost: 50.5,
      },
    ],
    [
      'one of two under way',
      [
        { counts: [3, 0, 0], cost: '50.0' },
        { id: 'run-2', workspace: 'bills', status: 'cost_estimating' },
      ],
      { status: 'planning', plan: undefined, monthlyCost: undefined },
    ],
    ...[
      'errored',
      'canceled',
      'force_canceled',
      'discarded',
      'policy_soft_failed',
    ].map((status): [string, RunOptions[], object] => [
      status,
      [{}, { id: 'run-2', workspace: 'bills', status }],
      {
        status: 'failed',
        failedPhase: 'plan',
        description: `bills: ${status}`,
        planUrl: 'https://hcp/run-2',
      },
    ]),
  ])('%s', (_, runs, expected) => {
    expect(readPlans(read(...runs), toUrl)).toMatchObject(expected);
  });
});

describe('readApplies', () => {
  const confirmable = { actions: { 'is-confirmable': true } };
  it.each<[string, RunOptions[], object]>([
    ['no run yet', [], { status: 'applying', projects: [] }],
    ['a plan under way', [{ status: 'planning' }], { status: 'applying' }],
    [
      'a run that waits for a confirmation, whatever its status is called',
      [{ status: 'policy_checked', ...confirmable }],
      { status: 'applying', awaitsStart: true },
    ],
    [
      'one applied, one waiting',
      [
        { status: 'applied' },
        { id: 'run-2', workspace: 'bills', status: 'planned', ...confirmable },
      ],
      {
        status: 'applying',
        awaitsStart: true,
        projects: [{ status: 'applied' }, { status: 'applying' }],
      },
    ],
    [
      'applied, and nothing to apply',
      [
        { status: 'applied' },
        { id: 'run-2', workspace: 'bills', status: 'planned_and_finished' },
      ],
      { status: 'applied', applyUrl: 'https://hcp/run-1' },
    ],
    [
      'a failure',
      [{ status: 'errored' }],
      {
        status: 'failed',
        failedPhase: 'apply',
        description: 'orders: errored',
        applyUrl: 'https://hcp/run-1',
      },
    ],
  ])('%s', (_, runs, expected) => {
    expect(readApplies(read(...runs), toUrl)).toMatchObject(expected);
  });

  it('does not take a status for a wait that only sounds like it', () => {
    const planned = {
      status: 'planned',
      actions: { 'is-confirmable': false },
    };
    const { status, awaitsStart } = readApplies(read(planned), toUrl);
    expect({ status, awaitsStart }).toEqual({ status: 'applying' });
  });
});
