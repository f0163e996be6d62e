import {
  createTranslationMessages,
  createTranslationResource,
} from '@backstage/frontend-plugin-api';
import { screen } from '@testing-library/react';
import { makeDetail, makeRequest } from '../__testUtils__/fixtures';
import {
  mockApprovalsApi,
  renderApprovals,
} from '../__testUtils__/renderApprovals';
import { explanationTranslationRef } from '../explanationTranslation';
import { approvalsTranslationRef } from '../translation';

const german = [
  createTranslationResource({
    ref: explanationTranslationRef,
    translations: {
      de: async () => ({
        default: createTranslationMessages({
          ref: explanationTranslationRef,
          messages: {
            environment: 'In {{environment}} entscheidet die Teamleitung.',
            'time.freeze': 'Es ist gesperrt: {{freezes}}.',
            'part.freeze': '{{title}}, bis {{until}}',
            'part.untitledFreeze': 'Sperre',
          },
        }),
      }),
    },
  }),
  createTranslationResource({
    ref: approvalsTranslationRef,
    translations: {
      de: async () => ({
        default: createTranslationMessages({
          ref: approvalsTranslationRef,
          messages: {
            'request.why': 'Warum das eine Zustimmung braucht',
            'request.history': 'Verlauf',
            'historyEvent.stageOpened': 'Zur Entscheidung vorgelegt',
          },
        }),
      }),
    },
  }),
];

describe('a portal in another language', () => {
  it('explains a decision, and tells its history, in that language', async () => {
    const api = mockApprovalsApi();
    const { decision } = makeRequest();
    const at = '2026-11-22T10:00:00Z';
    api.getRequest.mockResolvedValue({
      ...makeDetail({
        decision: {
          ...decision,
          decision: {
            ...decision.decision,
            reasons: [
              ...decision.decision.reasons,
              {
                code: 'time.freeze',
                dimension: 'time',
                params: { freezes: [{ to: '2027-01-03' }] },
              },
              { code: 'ours.rule', dimension: 'ours', params: { limit: 3 } },
            ],
          },
        },
      }),
      history: [
        { at, actor: 'approvals', event: 'stage opened' },
        { at, actor: 'approvals', event: 'of_another-version' },
      ],
    });

    renderApprovals(api, '/request-1', { german });

    const why = await screen.findByRole('region', {
      name: 'Warum das eine Zustimmung braucht',
    });
    expect(why).toHaveTextContent('In production entscheidet die Teamleitung.');
    expect(why).toHaveTextContent('Es ist gesperrt: Sperre, bis 2027-01-03.');
    expect(why).toHaveTextContent('ours.rule {"limit":3}');
    const history = screen.getByRole('region', { name: 'Verlauf' });
    expect(history).toHaveTextContent('Zur Entscheidung vorgelegt');
    expect(history).toHaveTextContent('Of another version');
  });

  it('explains it in the list as well', async () => {
    const api = mockApprovalsApi();
    api.listRequests.mockResolvedValue({ items: [makeRequest()], total: 1 });

    renderApprovals(api, '', { german });

    expect(
      await screen.findByText(/In production entscheidet die Teamleitung/),
    ).toBeInTheDocument();
  });
});
