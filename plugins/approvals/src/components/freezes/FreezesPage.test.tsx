import {
  FreezeList,
  FreezeRecord,
} from '@self-service/plugin-approvals-common';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {
  makeResponseError,
  mockApprovalsApi,
  mockPolicyApi,
  renderApprovals,
} from '../../__testUtils__/renderApprovals';

const HOUR = 3_600_000;

function isoIn(hours: number): string {
  return new Date(Date.now() + hours * HOUR).toISOString();
}

function makeFreeze(overrides: Partial<FreezeRecord> = {}): FreezeRecord {
  return {
    id: 'freeze-1',
    from: isoIn(-1),
    to: isoIn(1),
    environments: ['production'],
    reason: 'Audit',
    exemptions: [],
    createdBy: 'user:default/carl',
    createdAt: isoIn(-2),
    ...overrides,
  };
}

function makeList(
  freezes: FreezeRecord[],
  overrides: Partial<FreezeList> = {},
): FreezeList {
  return {
    freezes,
    configured: [],
    environments: ['dev', 'production'],
    viewer: { canCreate: true, canEnd: true, canExempt: true },
    ...overrides,
  };
}

function render(list: FreezeList) {
  const policyApi = mockPolicyApi();
  policyApi.listFreezes.mockResolvedValue(list);
  renderApprovals(mockApprovalsApi(), '/freezes', { policyApi });
  return policyApi;
}

describe('FreezesPage', () => {
  it('tells freezes in force, to come and over apart', async () => {
    render(
      makeList(
        [
          makeFreeze(),
          makeFreeze({
            id: 'b',
            reason: 'Launch',
            from: isoIn(1),
            to: isoIn(2),
          }),
          makeFreeze({
            id: 'c',
            reason: 'Mistake',
            environments: undefined,
            endedBy: 'user:default/paula',
            endedAt: isoIn(0),
          }),
        ],
        {
          configured: [
            { id: 'd', from: isoIn(3), to: isoIn(4), reason: 'Year-end' },
          ],
        },
      ),
    );

    const regionOf = async (name: string) =>
      within(await screen.findByRole('region', { name }));
    const active = await regionOf('In force');
    expect(active.getByText('Audit')).toBeInTheDocument();
    expect(active.getByRole('button', { name: 'End' })).toBeEnabled();
    const upcoming = await regionOf('To come');
    expect(upcoming.getByText('Launch')).toBeInTheDocument();
    expect(upcoming.getByRole('button', { name: 'Call off' })).toBeEnabled();
    const past = await regionOf('Over');
    expect(past.getByText(/every environment/)).toBeInTheDocument();
    expect(past.queryByRole('button')).not.toBeInTheDocument();
    const configured = await regionOf('From the policy data');
    expect(configured.getByText('Year-end')).toBeInTheDocument();
    expect(configured.queryByRole('button')).not.toBeInTheDocument();
  });

  it('offers nothing that the reader may not do', async () => {
    render(
      makeList([makeFreeze()], {
        viewer: { canCreate: false, canEnd: false, canExempt: false },
      }),
    );
    await screen.findByText('Audit');
    for (const name of ['End', 'Exempt', 'Declare a freeze']) {
      expect(screen.queryByRole('button', { name })).not.toBeInTheDocument();
    }
  });

  it('declares a freeze', async () => {
    const policyApi = render(makeList([]));
    policyApi.createFreeze.mockResolvedValue(undefined);
    expect(await screen.findByText('No freezes')).toBeInTheDocument();
    await userEvent.click(
      screen.getByRole('button', { name: 'Declare a freeze' }),
    );
    await userEvent.click(
      await screen.findByRole('button', { name: 'Declare' }),
    );
    expect(await screen.findByText('Say from when to when.')).toBeVisible();

    fireEvent.change(screen.getByLabelText('From'), {
      target: { value: '2026-12-21T10:00' },
    });
    fireEvent.change(screen.getByLabelText('To'), {
      target: { value: '2026-12-20T10:00' },
    });
    await userEvent.click(screen.getByRole('button', { name: 'Declare' }));
    expect(
      await screen.findByText('The end must be later than the start.'),
    ).toBeVisible();

    fireEvent.change(screen.getByLabelText('To'), {
      target: { value: '2026-12-22T10:00' },
    });
    await userEvent.click(screen.getByLabelText('production'));
    await userEvent.type(screen.getByLabelText(/Reason/), 'Year-end');
    await userEvent.click(screen.getByRole('button', { name: 'Declare' }));

    await waitFor(() =>
      expect(policyApi.createFreeze).toHaveBeenCalledWith({
        from: new Date('2026-12-21T10:00').toISOString(),
        to: new Date('2026-12-22T10:00').toISOString(),
        environments: ['production'],
        reason: 'Year-end',
      }),
    );
    await waitFor(() =>
      expect(policyApi.listFreezes.mock.calls.length).toBeGreaterThan(1),
    );
    expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
  });

  it('ends a freeze, and says why it could not', async () => {
    const policyApi = render(makeList([makeFreeze()]));
    policyApi.endFreeze
      .mockRejectedValueOnce(makeResponseError(409, 'it has ended already'))
      .mockResolvedValueOnce(undefined);
    await userEvent.click(await screen.findByRole('button', { name: 'End' }));
    await userEvent.click(
      await screen.findByRole('button', { name: 'End freeze' }),
    );
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'The freeze was not ended: it has ended already',
    );
    await userEvent.click(screen.getByRole('button', { name: 'End freeze' }));

    await waitFor(() =>
      expect(screen.queryByRole('dialog')).not.toBeInTheDocument(),
    );
    expect(policyApi.endFreeze).toHaveBeenLastCalledWith('freeze-1');
  });

  it('exempts a team', async () => {
    const policyApi = render(makeList([makeFreeze()]));
    policyApi.exempt.mockResolvedValue(undefined);
    await userEvent.click(
      await screen.findByRole('button', { name: 'Exempt' }),
    );
    const dialog = within(await screen.findByRole('dialog'));
    await userEvent.click(dialog.getByRole('button', { name: 'Exempt' }));
    expect(await dialog.findByText('Say which.')).toBeVisible();
    await userEvent.type(
      dialog.getByLabelText(/Which/),
      'group:default/payments',
    );
    await userEvent.type(dialog.getByLabelText(/Reason/), 'Incident');
    await userEvent.click(dialog.getByRole('button', { name: 'Exempt' }));

    await waitFor(() =>
      expect(policyApi.exempt).toHaveBeenCalledWith('freeze-1', {
        kind: 'team',
        value: 'group:default/payments',
        reason: 'Incident',
      }),
    );
  });

  it('says why the list is missing', async () => {
    const policyApi = mockPolicyApi();
    policyApi.listFreezes.mockRejectedValue(
      makeResponseError(403, 'you may not'),
    );
    renderApprovals(mockApprovalsApi(), '/freezes', { policyApi });
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'The list of freezes could not be loaded: you may not',
    );
  });
});

describe('ApprovalsTabs', () => {
  it('shows freezes and policy to those who may see them', async () => {
    renderApprovals(mockApprovalsApi());
    expect(await screen.findByRole('tab', { name: 'Freezes' })).toHaveAttribute(
      'href',
      '/approvals/freezes',
    );
    expect(await screen.findByRole('tab', { name: 'Policy' })).toBeVisible();
  });
});
