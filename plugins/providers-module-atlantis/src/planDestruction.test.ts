import {
  CommitStatus,
  PullRequestComment,
} from '@self-service/plugin-providers-node';
import { APPLY, APPLY_DESTRUCTION, PLAN, PLAN_DESTRUCTION } from './commands';
import {
  findApplied,
  planCarriedDestruction,
  planDestruction,
  Ruins,
} from './planDestruction';

const NOW = Date.parse('2026-01-02T03:10:00Z');
const secondsAgo = (seconds: number) =>
  new Date(NOW - seconds * 1000).toISOString();

/** What happened, oldest first: statuses as `context state description`, comments as they are. */
function createRuins(
  story: (string | [number, string])[],
  options: Partial<Ruins> = {},
): Ruins {
  const history: CommitStatus[] = [];
  const comments: PullRequestComment[] = [];
  for (const entry of story) {
    // In one second, so that only the order tells.
    const [age, text] = typeof entry === 'string' ? [10, entry] : entry;
    if (text.startsWith('atlantis ')) {
      comments.push({
        url: 'c',
        author: 'bot',
        body: text,
        createdAt: secondsAgo(age),
      });
    } else {
      const [, context, state, description] = text.match(
        /^(\S+(?:: \S+)?) (pending|success|failure) ?(.*)$/,
      )!;
      history.unshift({
        context: `atlantis/${context}`,
        state: state as CommitStatus['state'],
        description,
        updatedAt: secondsAgo(age),
      });
    }
  }
  return {
    state: 'open',
    history,
    comments,
    statusName: 'atlantis',
    now: NOW,
    ...options,
  };
}

const adds = (count: number) =>
  `plan: db/default success Plan: ${count} to add, 0 to change, 0 to destroy.`;
const destroys = (count: number) =>
  `plan: db/default success Plan: 0 to add, 0 to change, ${count} to destroy.`;
const PLANNED = [adds(3), 'plan success 1/1 projects planned successfully.'];
const APPLIED = [
  ...PLANNED,
  APPLY,
  'apply pending',
  'apply: db/default success Apply succeeded.',
  'apply success',
];
const DESTRUCTION_PLANNED = [
  ...APPLIED,
  PLAN_DESTRUCTION,
  'plan pending',
  destroys(3),
  'plan success',
];

describe('planDestruction', () => {
  it.each([
    ['nothing was planned', [], 'absent', undefined],
    ['it was only planned', PLANNED, 'absent', undefined],
    [
      'there was nothing to apply',
      [
        'plan: db/default success No changes. Infrastructure is up-to-date.',
        'plan success',
        'apply success 1/1 projects applied successfully.',
      ],
      'absent',
      undefined,
    ],
    ['an apply was asked for', [...PLANNED, APPLY], 'pending', undefined],
    [
      'an apply was asked for and not heard',
      [...PLANNED, [200, APPLY]],
      'absent',
      undefined,
    ],
    [
      'an apply is under way',
      [...PLANNED, 'apply pending Apply in progress...'],
      'pending',
      undefined,
    ],
    ['it was applied', APPLIED, 'pending', PLAN_DESTRUCTION],
    [
      'a part of it was applied',
      [
        ...PLANNED,
        'apply: db/default success',
        'apply pending 1/2 projects applied successfully.',
      ],
      'pending',
      PLAN_DESTRUCTION,
    ],
    [
      'its apply failed',
      [...PLANNED, 'apply: db/default failure', 'apply failure'],
      'pending',
      PLAN_DESTRUCTION,
    ],
    [
      'it changed what there was',
      [
        'plan: db/default success Plan: 1 to add, 1 to change, 0 to destroy.',
        'plan success',
        'apply: db/default success',
        'apply success',
      ],
      'failed',
      undefined,
    ],
    [
      'nobody knows what it added',
      ['plan success', 'apply: db/default success', 'apply success'],
      'failed',
      undefined,
    ],
    [
      'the destruction is asked for, in the second of the apply',
      [...APPLIED, PLAN_DESTRUCTION],
      'pending',
      undefined,
    ],
    [
      'the destruction was asked for and not heard',
      [...APPLIED, [200, PLAN_DESTRUCTION]],
      'pending',
      PLAN_DESTRUCTION,
    ],
    [
      'the destruction is being planned',
      [...APPLIED, PLAN_DESTRUCTION, 'plan pending'],
      'pending',
      undefined,
    ],
    [
      'the plan of the destruction has just failed',
      [...APPLIED, PLAN_DESTRUCTION, 'plan failure'],
      'failed',
      undefined,
    ],
    [
      'the plan of the destruction failed a while ago',
      [...APPLIED, [90, PLAN_DESTRUCTION], [60, 'plan failure']],
      'pending',
      PLAN_DESTRUCTION,
    ],
    [
      'the destruction is planned',
      DESTRUCTION_PLANNED,
      'pending',
      APPLY_DESTRUCTION,
    ],
    [
      'the destruction would take more than was added',
      [...APPLIED, PLAN_DESTRUCTION, destroys(4), 'plan success'],
      'failed',
      undefined,
    ],
    [
      'a second plan, after a failed apply, added less',
      [
        ...PLANNED,
        'apply: db/default failure',
        'apply failure',
        PLAN,
        adds(1),
        'plan success',
        APPLY,
        'apply: db/default success',
        'apply success',
        PLAN_DESTRUCTION,
        destroys(3),
        'plan success',
      ],
      'pending',
      APPLY_DESTRUCTION,
    ],
    [
      'there is nothing left to destroy',
      [
        ...APPLIED,
        PLAN_DESTRUCTION,
        'plan: db/default success No changes.',
        'plan success',
      ],
      'destroyed',
      undefined,
    ],
    [
      'the destruction is to be applied',
      [...DESTRUCTION_PLANNED, APPLY_DESTRUCTION],
      'pending',
      undefined,
    ],
    [
      'the destruction is being applied',
      [...DESTRUCTION_PLANNED, APPLY_DESTRUCTION, 'apply pending'],
      'pending',
      undefined,
    ],
    [
      'the destruction has just failed',
      [...DESTRUCTION_PLANNED, APPLY_DESTRUCTION, 'apply failure'],
      'failed',
      undefined,
    ],
    [
      'the destruction failed a while ago',
      [
        ...DESTRUCTION_PLANNED,
        APPLY_DESTRUCTION,
        [60, 'apply failure'] as [number, string],
      ],
      'pending',
      PLAN_DESTRUCTION,
    ],
    [
      'it is destroyed',
      [...DESTRUCTION_PLANNED, APPLY_DESTRUCTION, 'apply success'],
      'destroyed',
      undefined,
    ],
  ] as [string, (string | [number, string])[], string, string | undefined][])(
    'knows the next step where %s',
    (_, story, status, comment) => {
      const step = planDestruction(createRuins(story));
      expect([step.result.status, step.comment]).toEqual([status, comment]);
    },
  );

  it('says what people can do where the pull request was closed', () => {
    expect(
      planDestruction(createRuins(APPLIED, { state: 'closed' })),
    ).toMatchObject({
      result: {
        status: 'failed',
        description: expect.stringContaining('Reopen it'),
      },
    });
    const done = [...DESTRUCTION_PLANNED, 'apply success'];
    expect(
      planDestruction(createRuins(done, { state: 'closed' })).result.status,
    ).toBe('destroyed');
  });
});

const NOTHING = 'plan: db/default success No changes.';
const LOOKED_AT = [NOTHING, 'plan success', 'apply success'];
const CARRIED = [
  ...LOOKED_AT,
  PLAN_DESTRUCTION,
  'plan pending',
  destroys(3),
  'plan success',
];

describe('planCarriedDestruction', () => {
  it.each([
    ['Atlantis has not looked at it yet', [], 'pending', undefined],
    ['Atlantis is looking at it', ['plan pending'], 'pending', undefined],
    ['Atlantis has looked at it', LOOKED_AT, 'pending', PLAN_DESTRUCTION],
    [
      'the only plan, of the second of the request, is that of the opening',
      [...LOOKED_AT, PLAN_DESTRUCTION],
      'pending',
      undefined,
    ],
    [
      'the request was not heard',
      [
        [200, NOTHING],
        [200, 'plan success'],
        [190, PLAN_DESTRUCTION],
      ],
      'pending',
      PLAN_DESTRUCTION,
    ],
    ['it is planned', CARRIED, 'pending', APPLY_DESTRUCTION],
    [
      'it would take more than was added',
      [...LOOKED_AT, PLAN_DESTRUCTION, destroys(4), 'plan success'],
      'failed',
      undefined,
    ],
    [
      'there is nothing left to destroy',
      [...LOOKED_AT, PLAN_DESTRUCTION, NOTHING, 'plan success'],
      'destroyed',
      undefined,
    ],
    [
      'it is destroyed',
      [...CARRIED, APPLY_DESTRUCTION, 'apply pending', 'apply success'],
      'destroyed',
      undefined,
    ],
  ] as [string, (string | [number, string])[], string, string | undefined][])(
    'knows the next step where %s',
    (_, story, status, comment) => {
      const step = planCarriedDestruction(createRuins(story), { added: 3 });
      expect([step.result.status, step.comment]).toEqual([status, comment]);
    },
  );
});

describe('findApplied', () => {
  const both = [
    'plan: old/default success Plan: 1 to add, 2 to change, 0 to destroy.',
    ...APPLIED,
  ];

  it('counts what was added in the directories that are asked for', () => {
    const ruins = createRuins(both, { state: 'merged' });
    expect(findApplied(ruins, ['db'])).toEqual({ added: 3 });
    expect(findApplied(ruins, ['old'])).toMatchObject({
      result: { status: 'failed' },
    });
    expect(findApplied(ruins, ['elsewhere'])).toMatchObject({
      result: { status: 'failed' },
    });
  });

  it('finds nothing where nothing was applied', () => {
    expect(
      findApplied(createRuins(PLANNED, { state: 'merged' }), ['db']),
    ).toMatchObject({ result: { status: 'absent' } });
  });
});
