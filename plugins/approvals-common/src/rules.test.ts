import { Stage, StageStatus, Verdict } from './requests';
import {
  addDuration,
  closeStages,
  decideAfterVote,
  initialStageStatus,
  stageProblem,
  votableStages,
} from './rules';

function stages(...statuses: StageStatus[]) {
  return statuses.map((status, position) => ({
    id: `s${position}`,
    position,
    status,
    quorum: 1,
  }));
}

function stage(more: Partial<Stage>): Stage {
  return {
    id: 's0',
    name: 'security',
    kind: 'security',
    position: 0,
    status: 'open',
    quorum: 1,
    approvers: [],
    eligible: [],
    reasons: [],
    votes: [],
    ...more,
  };
}

function vote(voter: string, verdict: Verdict = 'approve', stageId = 's0') {
  return { id: voter, stageId, voter, verdict, createdAt: '' };
}

describe('initialStageStatus', () => {
  it.each([
    ['single', 0, 'open'],
    ['multiple', 0, 'open'],
    ['multiple', 2, 'open'],
    ['sequential', 0, 'open'],
    ['sequential', 1, 'waiting'],
  ] as const)('%s, position %d: %s', (type, position, expected) => {
    expect(initialStageStatus(type, position)).toBe(expected);
  });
});

describe('decideAfterVote', () => {
  it.each([
    {
      name: 'the only stage is approved: so is the request',
      before: stages('open'),
      after: ['s0 open→approved'],
      request: 'approved',
    },
    {
      name: 'one of two is approved: the other stays open',
      before: stages('open', 'open'),
      after: ['s0 open→approved'],
      request: undefined,
    },
    {
      name: 'the last of two is approved: so is the request',
      before: stages('open', 'approved'),
      after: ['s0 open→approved'],
      request: 'approved',
    },
    {
      name: 'a rejection ends everything that is undecided',
      before: stages('open', 'open', 'waiting', 'approved'),
      verdict: 'reject',
      after: ['s0 open→rejected', 's1 open→closed', 's2 waiting→closed'],
      request: 'rejected',
    },
    {
      name: 'sequential: the next stage opens, and only that',
      before: stages('open', 'waiting', 'waiting'),
      after: ['s0 open→approved', 's1 waiting→open'],
      request: undefined,
    },
    {
      name: 'below the quorum nothing changes',
      before: [{ ...stages('open')[0], quorum: 2 }],
      after: [],
      request: undefined,
    },
    {
      name: 'at the quorum the stage is approved',
      before: [{ ...stages('open')[0], quorum: 2 }],
      approvals: 2,
      after: ['s0 open→approved'],
      request: 'approved',
    },
    {
      name: 'a rejection needs no quorum',
      before: [{ ...stages('open')[0], quorum: 3 }],
      verdict: 'reject',
      approvals: 0,
      after: ['s0 open→rejected'],
      request: 'rejected',
    },
    {
      name: 'an expired stage beside it keeps the request from approval',
      before: stages('open', 'expired'),
      after: ['s0 open→approved'],
      request: undefined,
    },
    {
      name: 'a stage that is not open takes no vote',
      before: stages('waiting', 'open'),
      after: [],
      request: undefined,
    },
    {
      name: 'nor does a decided one',
      before: stages('approved'),
      verdict: 'reject',
      after: [],
      request: undefined,
    },
  ])('$name', ({ before, verdict, approvals, after, request }) => {
    const transition = decideAfterVote({
      stages: before,
      stageId: 's0',
      verdict: (verdict ?? 'approve') as Verdict,
      approvals: approvals ?? 1,
    });

    expect(
      transition.stages.map(
        ({ stageId, from, to }) => `${stageId} ${from}→${to}`,
      ),
    ).toEqual(after);
    expect(transition.request).toBe(request);
  });

  it('opens the next stage by position, however the stages are listed', () => {
    const [first, second, third] = stages('open', 'waiting', 'waiting');

    expect(
      decideAfterVote({
        stages: [third, first, second],
        stageId: 's0',
        verdict: 'approve',
        approvals: 1,
      }).stages,
    ).toContainEqual({ stageId: 's1', from: 'waiting', to: 'open' });
  });
});

describe('closeStages', () => {
  it('closes what is undecided, and nothing else', () => {
    expect(
      closeStages(
        stages('waiting', 'open', 'approved', 'rejected', 'expired', 'closed'),
      ).map(({ stageId, from }) => [stageId, from]),
    ).toEqual([
      ['s0', 'waiting'],
      ['s1', 'open'],
    ]);
  });
});

describe('addDuration', () => {
  const start = new Date('2026-11-30T22:30:00Z');

  it.each([
    ['PT4H', '2026-12-01T02:30:00.000Z'],
    ['PT90M', '2026-12-01T00:00:00.000Z'],
    ['P1DT1S', '2026-12-01T22:30:01.000Z'],
    ['P2W', '2026-12-14T22:30:00.000Z'],
    ['P1M', '2026-12-30T22:30:00.000Z'],
    ['P1Y2M', '2028-01-30T22:30:00.000Z'],
  ])('adds %s', (duration, expected) => {
    expect(addDuration(start, duration).toISOString()).toBe(expected);
  });

  it.each(['', 'P', 'PT', 'P1DT', '4H', 'PT-4H', 'PT4'])(
    'refuses %j',
    duration => {
      expect(() => addDuration(start, duration)).toThrow(RangeError);
    },
  );
});

describe('stageProblem', () => {
  it.each([
    {
      name: 'somebody can decide',
      stage: stage({ eligible: ['user:default/leo'] }),
      voted: [],
      expected: undefined,
    },
    {
      name: 'nobody was found, and the look-up knows why',
      stage: stage({}),
      voted: [],
      unresolved: 'Group payments has no lead.',
      expected: 'Group payments has no lead.',
    },
    {
      name: 'nobody was found',
      stage: stage({}),
      voted: [],
      expected: expect.stringContaining('Nobody but the requester'),
    },
    {
      name: 'part of the look-up failed, and enough were found',
      stage: stage({ eligible: ['user:default/leo'] }),
      voted: [],
      unresolved: 'Group finance is not in the catalog.',
      expected: undefined,
    },
    {
      name: 'the one who could has voted in another stage',
      stage: stage({ eligible: ['user:default/leo'] }),
      voted: ['user:default/leo'],
      expected: expect.stringContaining('has voted already'),
    },
    {
      name: 'the quorum can’t be reached any more',
      stage: stage({
        quorum: 3,
        eligible: ['user:default/a', 'user:default/b'],
        votes: [vote('user:default/a')],
      }),
      voted: ['user:default/a'],
      expected: expect.stringContaining(
        '2 approvals are still needed, but only 1',
      ),
    },
    {
      name: 'the stage is decided',
      stage: stage({ status: 'approved' }),
      voted: [],
      expected: undefined,
    },
  ])('$name', ({ stage: one, voted, unresolved, expected }) => {
    expect(stageProblem({ stage: one, voted, unresolved })).toEqual(expected);
  });
});

describe('votableStages', () => {
  const leo = 'user:default/leo';
  const requester = 'user:default/dana';
  const open = stage({ eligible: [leo] });

  it.each([
    {
      name: 'an approver of an open stage may vote in it',
      request: { status: 'pending', stages: [open] },
      expected: { stages: ['s0'] },
    },
    {
      name: 'an approver of two open stages may choose',
      request: { status: 'pending', stages: [open, { ...open, id: 's1' }] },
      expected: { stages: ['s0', 's1'] },
    },
    {
      name: 'a decided request takes no vote',
      request: { status: 'approved', stages: [open] },
      expected: { stages: [], because: 'The request is approved.' },
    },
    {
      name: 'whoever voted in another stage may not vote again',
      request: {
        status: 'pending',
        stages: [
          open,
          stage({ id: 's1', status: 'approved', votes: [vote(leo)] }),
        ],
      },
      expected: { stages: [], because: expect.stringContaining('have voted') },
    },
    {
      name: 'a stage that waits is said to open later',
      request: { status: 'pending', stages: [{ ...open, status: 'waiting' }] },
      expected: { stages: [], because: expect.stringContaining('opens when') },
    },
    {
      name: 'others are no approvers',
      request: {
        status: 'pending',
        stages: [stage({ eligible: ['user:x/y'] })],
      },
      expected: { stages: [], because: expect.stringContaining('not one of') },
    },
  ] as const)('$name', ({ request, expected }) => {
    const { status, stages: all } = request;
    expect(votableStages({ status, requester, stages: [...all] }, leo)).toEqual(
      expected,
    );
  });

  it('never lets the requester vote, eligible or not', () => {
    expect(
      votableStages(
        {
          status: 'pending',
          requester,
          stages: [stage({ eligible: [requester] })],
        },
        requester,
      ),
    ).toEqual({ stages: [], because: expect.stringContaining('yourself') });
  });
});
