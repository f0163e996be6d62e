import { CommitStatus } from '@self-service/plugin-providers-node';
import { readStatuses } from './readStatuses';

type Row = [
  context: string,
  state: CommitStatus['state'],
  description?: string,
  minute?: number,
];

function read(...rows: Row[]) {
  const statuses = rows.map(([context, state, description, minute = 0]) => ({
    context,
    state,
    description,
    url: `https://atlantis.example.com/${context}`,
    updatedAt: `2026-01-02T03:${String(minute).padStart(2, '0')}:00Z`,
  }));
  return readStatuses(statuses, 'atlantis');
}

const planned: Row = ['atlantis/plan', 'success', '1/1 projects planned.', 1];

describe('readStatuses', () => {
  it.each([
    ['nothing yet', [], { status: 'unknown' }],
    [
      'the words of others',
      [
        ['ci/plan', 'success'],
        ['atlantis-dev/apply', 'success'],
        ['atlantis/planner', 'success'],
      ],
      { status: 'unknown', projects: [] },
    ],
    [
      'a plan under way',
      [['atlantis/plan', 'pending']],
      { status: 'planning' },
    ],
    [
      'a plan, and no apply: that is no success',
      [planned],
      { status: 'planned', plannedAt: '2026-01-02T03:01:00Z' },
    ],
    [
      'a plan that failed',
      [['atlantis/plan', 'failure', '0/1 projects planned.']],
      {
        status: 'failed',
        failedPhase: 'plan',
        description: '0/1 projects planned.',
      },
    ],
    [
      'a plan that went wrong',
      [['atlantis/plan', 'error', 'Locked']],
      { status: 'failed', failedPhase: 'plan', description: 'Locked' },
    ],
    [
      'a policy under check',
      [planned, ['atlantis/policy_check', 'pending']],
      { status: 'planning' },
    ],
    [
      'a policy that forbids the plan',
      [planned, ['atlantis/policy_check', 'failure', 'No']],
      { status: 'failed', failedPhase: 'plan', description: 'No' },
    ],
    [
      'an apply under way',
      [planned, ['atlantis/apply', 'pending', '0/1 projects applied', 2]],
      { status: 'applying' },
    ],
    [
      'an apply that failed',
      [planned, ['atlantis/apply', 'failure', 'Boom', 2]],
      { status: 'failed', failedPhase: 'apply', description: 'Boom' },
    ],
    [
      'a plan made anew after an apply that failed',
      [
        ['atlantis/plan', 'success', '', 3],
        ['atlantis/apply', 'failure', 'Boom', 2],
      ],
      { status: 'planned' },
    ],
    [
      'an apply',
      [planned, ['atlantis/apply', 'success', '1/1 projects applied', 2]],
      {
        status: 'applied',
        planUrl: 'https://atlantis.example.com/atlantis/plan',
        applyUrl: 'https://atlantis.example.com/atlantis/apply',
      },
    ],
  ] as [string, Row[], object][])('reads %s', (_, rows, expected) => {
    expect(read(...rows)).toMatchObject(expected);
  });

  it('follows each project, and sums their plans', () => {
    const run = read(
      planned,
      [
        'atlantis/plan: a/default',
        'success',
        'Plan: 3 to add, 1 to change, 0 to destroy.',
      ],
      [
        'atlantis/plan: b/default',
        'success',
        'Plan: 2 to import, 1 to add, 0 to change, 4 to destroy.',
      ],
      [
        'atlantis/plan: c/default',
        'success',
        'No changes. Your infrastructure matches the configuration.',
      ],
      ['atlantis/apply', 'pending', '1/2', 2],
      ['atlantis/apply: a/default', 'success', 'Applied', 2],
      ['atlantis/apply: b/default', 'failure', 'Boom', 2],
    );
    expect(run.plan).toEqual({ add: 4, change: 1, destroy: 4 });
    expect(run.projects).toEqual([
      expect.objectContaining({ name: 'a/default', status: 'applied' }),
      expect.objectContaining({
        name: 'b/default',
        status: 'failed',
        description: 'Boom',
        url: 'https://atlantis.example.com/atlantis/apply: b/default',
      }),
      expect.objectContaining({ name: 'c/default', status: 'planned' }),
    ]);
  });

  it('counts a project without changes as applied when the whole is', () => {
    const run = read(
      planned,
      ['atlantis/plan: a/default', 'success', 'No changes.'],
      ['atlantis/apply', 'success', '0/0 projects applied', 2],
    );
    expect(run).toMatchObject({
      status: 'applied',
      plan: { add: 0, change: 0, destroy: 0 },
      projects: [{ name: 'a/default', status: 'applied' }],
    });
  });

  it.each([
    ['no project', [planned]],
    [
      'a project without numbers',
      [
        planned,
        [
          'atlantis/plan: a',
          'success',
          'Plan: 1 to add, 0 to change, 0 to destroy.',
        ],
        ['atlantis/plan: b', 'pending', 'Plan in progress'],
      ],
    ],
  ] as [string, Row[]][])(
    'gives no sum rather than too small a one: %s',
    (_, rows) => {
      expect(read(...rows).plan).toBeUndefined();
    },
  );

  it('reads the name that the server goes by', () => {
    const status = {
      context: 'atlantis-prod/plan',
      state: 'success',
      updatedAt: '2026-01-02T03:04:05Z',
    } as const;
    expect(readStatuses([status], 'atlantis-prod').status).toBe('planned');
    expect(readStatuses([status], 'atlantis').status).toBe('unknown');
  });
});
