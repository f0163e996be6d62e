import { PolicyStatusReport } from '@self-service/plugin-approvals-common';
import { fireEvent, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {
  makeResponseError,
  mockApprovalsApi,
  mockPolicyApi,
  renderApprovals,
} from '../../__testUtils__/renderApprovals';

const STATUS: PolicyStatusReport = {
  source: '/srv/policies/bundle.tar.gz',
  loaded: {
    revision: 'abcdef0123456789',
    bundleDigest: 'b'.repeat(64),
    dataDigest: 'd'.repeat(64),
    at: '2026-11-22T10:00:00.000Z',
    fromArchive: false,
  },
  settings: {
    environments: {
      dev: { approval: false },
      staging: {},
      production: { approval: true },
    },
    cost: { currency: 'USD', lead_from: 100, finance_above: 500.5 },
    high_risk_operations: ['database:delete'],
    compliance_operations: [],
  },
};

const NO_CHANGES = {
  'auto-approved': { count: 0, examples: [] },
  routed: { count: 0, examples: [] },
  denied: { count: 0, examples: [] },
  'approvers-changed': { count: 0, examples: [] },
};

function render(status: PolicyStatusReport = STATUS) {
  const policyApi = mockPolicyApi();
  policyApi.getPolicyStatus.mockResolvedValue(status);
  renderApprovals(mockApprovalsApi(), '/policy', { policyApi });
  return policyApi;
}

describe('PolicyPage', () => {
  it('says what decides, in words', async () => {
    render();
    expect(await screen.findByText('Working')).toBeInTheDocument();
    expect(screen.getByText('bundle.tar.gz')).toHaveAttribute(
      'title',
      '/srv/policies/bundle.tar.gz',
    );
    for (const sentence of [
      'In staging, production, the lead of the team is asked.',
      'In dev, the environment alone asks nobody.',
      'From $100 a month on, the lead of the team is asked.',
      'Above $500.50 a month, finance is asked as well.',
      'Security is asked for database:delete.',
    ]) {
      expect(screen.getByText(sentence)).toBeInTheDocument();
    }
    expect(screen.queryByText(/stages run one after/)).toBeNull();
  });

  it('names a server by its whole address', async () => {
    const source = 'https://policies.example.com/bundle.tar.gz';
    render({ ...STATUS, source });
    expect(await screen.findByText(source)).toBeVisible();
  });

  it.each([
    ['An older policy decides', STATUS.loaded],
    ['From the archive', { ...STATUS.loaded!, fromArchive: true }],
    ['No policy: everything is denied', undefined],
  ])('says "%s" and why', async (label, loaded) => {
    render({
      ...STATUS,
      loaded,
      lastError: { message: 'it is cut off', at: '2026-11-22T10:00:00.000Z' },
    });
    expect(await screen.findByText(label)).toBeInTheDocument();
    expect(screen.getByRole('alert')).toHaveTextContent(
      'The policy that was asked for does not work: it is cut off',
    );
  });

  it('says why the state is missing', async () => {
    const policyApi = mockPolicyApi();
    policyApi.getPolicyStatus.mockRejectedValue(
      makeResponseError(403, 'you may not'),
    );
    renderApprovals(mockApprovalsApi(), '/policy', { policyApi });
    expect(await screen.findByRole('alert')).toHaveTextContent('you may not');
  });

  it('replays, and says what does not come out the same', async () => {
    const policyApi = render();
    const report = {
      since: '2026-10-22T10:00:00.000Z',
      checked: 3,
      same: 3,
      different: 0,
      missing: 0,
      withoutPolicy: 0,
      differences: [],
    };
    policyApi.replay.mockResolvedValueOnce(report).mockResolvedValueOnce({
      ...report,
      same: 2,
      different: 1,
      differences: [
        {
          decisionId: '1',
          taskId: 't1',
          title: 'Database: orders',
          createdAt: '2026-11-22T10:00:00.000Z',
          problem: 'recorded deny, now auto-approve',
        },
      ],
    });
    await userEvent.click(
      await screen.findByRole('button', { name: 'Replay' }),
    );
    expect(
      await screen.findByText('All 3 decisions come out the same.'),
    ).toBeInTheDocument();
    expect(policyApi.replay).toHaveBeenCalledWith(30);

    await userEvent.click(screen.getByRole('button', { name: 'Replay' }));
    expect(await screen.findByRole('alert')).toHaveTextContent(
      '1 of 3 decisions come out otherwise, 0 cannot be replayed.',
    );
    expect(
      screen.getByText('recorded deny, now auto-approve'),
    ).toBeInTheDocument();
  });

  it('backtests changes to the settings', async () => {
    const policyApi = render();
    policyApi.backtest.mockResolvedValue({
      since: '2026-10-22T10:00:00.000Z',
      checked: 4,
      unchanged: 3,
      withoutPolicy: 0,
      manualShare: { before: 0.5, after: 0.25 },
      changes: {
        ...NO_CHANGES,
        'auto-approved': {
          count: 1,
          examples: [
            {
              decisionId: '1',
              taskId: 't1',
              title: 'Database: orders',
              createdAt: '2026-11-22T10:00:00.000Z',
              before: ['It costs $150.'],
              after: [],
            },
          ],
        },
      },
    });
    const run = await screen.findByRole('button', { name: 'Run the backtest' });
    await userEvent.click(run);
    expect(await screen.findByText(/Say what is proposed/)).toBeInTheDocument();
    const field = screen.getByLabelText(/Changes to the settings/);
    fireEvent.change(field, { target: { value: '[1]' } });
    await userEvent.click(run);
    expect(
      await screen.findByText(/The changes are no JSON object/),
    ).toBeInTheDocument();
    expect(policyApi.backtest).not.toHaveBeenCalled();

    fireEvent.change(field, {
      target: { value: '{"cost":{"lead_from":200}}' },
    });
    await userEvent.click(run);

    expect(
      await screen.findByText('Newly approved at once (1)'),
    ).toBeInTheDocument();
    expect(screen.getByText('Would be: Approved at once')).toBeInTheDocument();
    expect(
      screen.getByText(/Decisions that need people: 50% before, 25% after/),
    ).toBeInTheDocument();
    expect(policyApi.backtest).toHaveBeenCalledWith({
      days: 30,
      overrides: { cost: { lead_from: 200 } },
      bundle: undefined,
    });
  });

  it('sends a whole bundle, and says why it was refused', async () => {
    const policyApi = render();
    policyApi.backtest.mockRejectedValue(
      makeResponseError(400, 'The proposed policy does not work'),
    );
    await userEvent.upload(
      await screen.findByLabelText('Another bundle (.tar.gz)'),
      new File(['bundle'], 'bundle.tar.gz', { type: 'application/gzip' }),
    );
    await userEvent.click(
      screen.getByRole('button', { name: 'Run the backtest' }),
    );
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'The backtest did not run: The proposed policy does not work',
    );
    await waitFor(() =>
      expect(policyApi.backtest).toHaveBeenCalledWith({
        days: 30,
        overrides: undefined,
        bundle: 'YnVuZGxl',
      }),
    );
  });
});
