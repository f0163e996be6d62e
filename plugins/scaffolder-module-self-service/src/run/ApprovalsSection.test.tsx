import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {
  makeEvents,
  makeRequest,
  makeRunState,
  makeSuspension,
  makeTask,
} from '../__testUtils__/fixtures';
import { Backends, renderRuns } from '../__testUtils__/renderRuns';
import { listApprovals } from './ApprovalsSection';

const PENDING = makeRequest();
const [STAGE] = PENDING.stages;
const APPROVED = makeRequest({
  status: 'approved',
  decidedAt: '2026-11-22T10:01:00Z',
  stages: [
    {
      ...STAGE,
      status: 'approved',
      votes: [
        {
          id: 'vote-1',
          stageId: STAGE.id,
          voter: 'user:default/leo',
          verdict: 'approve',
          comment: 'Go ahead',
          createdAt: '2026-11-22T10:01:00Z',
        },
      ],
    },
  ],
});
const { decision: ASKING } = PENDING;
const AT_ONCE = {
  ...ASKING,
  id: 'decision-0',
  createdAt: '2026-11-22T09:59:00Z',
  decision: {
    outcome: 'auto-approve' as const,
    type: 'auto' as const,
    risk: 'low' as const,
    stages: [],
    reasons: [],
    warnings: [],
  },
};

function renderCompleted(backends: Partial<Backends>) {
  return renderRuns({
    task: makeTask('completed'),
    events: makeEvents(['completion', {}]),
    run: { state: makeRunState({ status: 'completed', phase: 'completed' }) },
    approvals: {},
    ...backends,
  });
}

function findSection() {
  return screen.findByRole('region', { name: 'Approvals' });
}

describe('the approvals of a run', () => {
  it('say who has approved, and lead to the request', async () => {
    renderCompleted({
      approvals: { decisions: [ASKING], requests: [APPROVED] },
    });

    const section = await findSection();
    expect(within(section).getByText('Approved')).toBeVisible();
    expect(section).toHaveTextContent('Approved by leo');
    expect(section).toHaveTextContent('“Go ahead”');
    expect(
      within(section).getByRole('link', { name: 'Open the request' }),
    ).toHaveAttribute('href', '/approvals/request-1');
  });

  it('say that policy let it through', async () => {
    renderCompleted({ approvals: { decisions: [AT_ONCE], requests: [] } });

    const section = await findSection();
    expect(section).toHaveTextContent('Goes through at once');
    expect(section).toHaveTextContent('No rule asks for an approval.');
  });

  it('say who has cancelled a request, and why', async () => {
    renderCompleted({
      approvals: {
        decisions: [],
        requests: [
          makeRequest({
            status: 'cancelled',
            outcomeBy: 'user:default/dana',
            outcomeComment: 'Wrong name',
          }),
        ],
      },
    });

    const section = await findSection();
    expect(section).toHaveTextContent('Cancelled by dana');
    expect(section).toHaveTextContent('“Wrong name”');
  });

  it('are left to the card above while the run waits for them', async () => {
    renderRuns({
      task: makeTask('failed'),
      events: [],
      run: {
        state: makeRunState({ status: 'waiting' }),
        suspensions: [makeSuspension({})],
      },
      approvals: { decisions: [ASKING], requests: [PENDING] },
    });

    await screen.findByRole('region', { name: 'Waiting for approval' });
    expect(
      screen.queryByRole('region', { name: 'Approvals' }),
    ).not.toBeInTheDocument();
  });

  it('do not take the run along when they can not be read', async () => {
    const backends = {
      approvals: { decisions: [ASKING], requests: [APPROVED] },
      failing: { approvals: new Error('away') } as { approvals?: Error },
    };
    renderCompleted(backends);

    expect(await screen.findByRole('heading', { level: 1 })).toHaveTextContent(
      'ordersCompleted',
    );
    const section = await findSection();
    expect(within(section).getByRole('alert')).toHaveTextContent(
      'What policy and people have said could not be loaded: away',
    );

    delete backends.failing.approvals;
    await userEvent.click(
      within(section).getByRole('button', { name: 'Try again' }),
    );
    expect(await screen.findByText('“Go ahead”')).toBeVisible();
    expect(within(section).queryByRole('alert')).not.toBeInTheDocument();
  });
});

describe('listApprovals', () => {
  it('takes of each gate what policy said last, and what people were asked', () => {
    const again = {
      ...AT_ONCE,
      id: 'decision-3',
      createdAt: '2026-11-22T09:59:30Z',
    };
    const other = { ...AT_ONCE, id: 'decision-4', stepId: 'other' };

    expect(
      listApprovals({
        decisions: [again, AT_ONCE, other, ASKING],
        requests: [APPROVED],
      }).map(item => ('request' in item ? item.request.id : item.decision.id)),
    ).toEqual(['decision-4', 'decision-3', 'request-1']);
  });
});
