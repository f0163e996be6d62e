import {
  Intervention,
  StepReport,
  Suspension,
} from '@self-service/plugin-runs-common';
import { deriveHistory, HistorySource } from './deriveHistory';
import { RunEvent } from './types';

const PROBLEM = {
  what: 'Vault is sealed.',
  whose: 'platform' as const,
  canPass: true,
  remedy: 'Unseal it.',
};

function at(second: number): string {
  return new Date(
    Date.parse('2026-11-22T10:00:00Z') + second * 1000,
  ).toISOString();
}

function event(
  second: number,
  type: RunEvent['type'],
  body: Partial<RunEvent['body']> = {},
): RunEvent {
  return {
    id: second,
    type,
    body: { message: '', ...body },
    createdAt: at(second),
  };
}

function suspension(from: number, to?: number): Suspension {
  return {
    id: `suspension-${from}`,
    taskId: 'task-1',
    stepId: 'gate',
    status: to === undefined ? 'parked' : 'resumed',
    wait: { kind: 'approval', ref: 'request-1' },
    title: 'Approval by the lead',
    createdAt: at(from),
    resumedAt: to === undefined ? undefined : at(to),
  };
}

function tell(source: Partial<HistorySource>): string[] {
  return deriveHistory({
    startedAt: at(0),
    requester: 'user:default/dana',
    steps: [
      { id: 'gate', name: 'Approval', action: 'approval:request' },
      { id: 'secret', name: 'Secret', action: 'vault:create-secret' },
    ],
    events: [],
    suspensions: [],
    reports: [],
    interventions: [],
    ...source,
  }).map(({ kind, step, attempt, detail, by, status, times }) =>
    [kind, step, attempt, detail, by, status, times].filter(Boolean).join(' '),
  );
}

describe('deriveHistory', () => {
  it('tells a wait as a wait, not as a failure and a retry', () => {
    expect(
      tell({
        events: [
          event(1, 'log', { stepId: 'gate', status: 'processing' }),
          event(3, 'log', { stepId: 'gate', status: 'failed' }),
          event(20, 'recovered'),
          event(21, 'log', { stepId: 'gate', status: 'completed' }),
        ],
        suspensions: [suspension(2, 21)],
        end: { at: at(30), status: 'completed' },
      }),
    ).toEqual([
      'started user:default/dana',
      'waited',
      'resumed',
      'ended completed',
    ]);
  });

  it.each(['intervention', 'timer'])(
    'leaves a wait of the kind %s to the reports of its step',
    kind => {
      expect(
        tell({
          suspensions: [{ ...suspension(2, 21), wait: { kind, ref: 'x' } }],
          events: [event(20, 'recovered')],
        }),
      ).toEqual(['started user:default/dana']);
    },
  );

  it('counts the attempts that people began', () => {
    expect(
      tell({
        events: [
          event(2, 'recovered'),
          event(5, 'log', { stepId: 'secret', status: 'failed' }),
          event(10, 'recovered'),
          event(12, 'log', { stepId: 'secret', status: 'failed' }),
          event(40, 'recovered'),
        ],
        suspensions: [suspension(1, 3)],
      }),
    ).toEqual([
      'started user:default/dana',
      'waited',
      'resumed',
      'failed Secret',
      'retried 2',
      'failed Secret',
      'retried 3',
    ]);
  });

  it('tells a reported failure once, in the words of the report', () => {
    const report: StepReport = {
      stepId: 'secret',
      outcome: 'skipped',
      problem: PROBLEM,
      at: at(6),
    };
    expect(
      tell({
        events: [event(7, 'log', { stepId: 'secret', status: 'failed' })],
        reports: [report],
      }),
    ).toEqual(['started user:default/dana', 'skipped Secret Vault is sealed.']);
  });

  it('tells failures in a row of one step once, with their number', () => {
    const report = (
      second: number,
      outcome: StepReport['outcome'],
    ): StepReport => ({
      stepId: 'secret',
      outcome,
      problem: PROBLEM,
      at: at(second),
    });
    expect(
      tell({
        reports: [
          report(1, 'retrying'),
          report(3, 'retrying'),
          report(7, 'retrying'),
          report(9, 'failed'),
        ],
      }),
    ).toEqual([
      'started user:default/dana',
      'retrying Secret Vault is sealed. 3',
      'failed Secret Vault is sealed.',
    ]);
  });

  it('tells who answered what', () => {
    const intervention: Intervention = {
      id: 'intervention-1',
      taskId: 'task-1',
      stepId: 'secret',
      group: 'group:default/platform',
      instructions: 'Unseal it',
      problem: PROBLEM,
      createdAt: at(2),
    };
    expect(
      tell({
        interventions: [
          intervention,
          {
            ...intervention,
            answer: 'give-up',
            answeredAt: at(9),
            answeredBy: 'user:default/pat',
            comment: 'No quorum',
          },
        ],
      }),
    ).toEqual([
      'started user:default/dana',
      'answered-give-up Secret No quorum user:default/pat',
    ]);
  });
});
