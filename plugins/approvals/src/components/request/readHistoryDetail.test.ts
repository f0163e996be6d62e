import { makeStage } from '../../__testUtils__/fixtures';
import { readHistoryDetail } from './readHistoryDetail';

const STAGES = [
  makeStage(),
  makeStage({ id: 'stage-2', name: 'security', kind: 'security' }),
  makeStage({ id: 'stage-3', name: 'security: night', kind: 'security' }),
];

function read(event: string, detail?: string) {
  const { stage, ...others } = readHistoryDetail(
    { at: '2026-11-22T10:00:00Z', actor: 'approvals', event, detail },
    STAGES,
  );
  return { ...others, stage: stage?.id };
}

describe('readHistoryDetail', () => {
  it.each([
    [
      'voted',
      'approved team-lead:group:default/payments',
      { verdict: 'approve', stage: 'stage-1', text: undefined },
    ],
    [
      'voted',
      'rejected security: no: too big',
      { verdict: 'reject', stage: 'stage-2', text: 'no: too big' },
    ],
    [
      'voted',
      'approved security: night: fine',
      { verdict: 'approve', stage: 'stage-3', text: 'fine' },
    ],
    ['stage opened', 'security', { stage: 'stage-2' }],
    [
      'stage escalated',
      'security: group:default/engineering, group:default/platform-team',
      {
        stage: 'stage-2',
        addedRefs: ['group:default/engineering', 'group:default/platform-team'],
      },
    ],
    ['stage escalated', 'security: ', { stage: 'stage-2', addedRefs: [] }],
    ['cancelled', 'approved by nobody', { text: 'approved by nobody' }],
    ['voted', 'approved gone-stage', { text: 'approved gone-stage' }],
    ['created', undefined, {}],
  ])('reads "%s" with "%s"', (event, detail, expected) => {
    expect(read(event, detail)).toEqual(expected);
  });
});
