import {
  Intervention,
  RunStatus,
  StepReport,
  Suspension,
} from '@self-service/plugin-runs-common';
import { isParkNoise } from './parking';
import { RunEvent, SpecStep } from './types';

const SECOND = 1000;
/** A failure in the log this near to a report of it is the same one. */
const SAME_FAILURE_MILLISECONDS = 10 * SECOND;

/** One thing that happened to a run. */
export interface HistoryItem {
  /** ISO 8601. */
  at: string;
  kind:
    | 'started'
    | 'waited'
    | 'resumed'
    | 'retried'
    | StepReport['outcome']
    | `answered-${NonNullable<Intervention['answer']>}`
    | 'ended';
  /** Name of the step that it happened in. */
  step?: string;
  /** What was waited for. */
  title?: string;
  /** Number of the attempt that began, the first being 1. */
  attempt?: number;
  status?: RunStatus;
  /** Entity ref of who did it. */
  by?: string;
  /** How often it happened in a row, where more than once. */
  times?: number;
  /** What went wrong, or what a person said. */
  detail?: string;
}

/** What the history of a run is made of. */
export interface HistorySource {
  startedAt: string;
  requester?: string;
  steps: readonly SpecStep[];
  events: readonly RunEvent[];
  suspensions: readonly Suspension[];
  reports: readonly StepReport[];
  interventions: readonly Intervention[];
  /** Absent while the run may go on. */
  end?: { at: string; status: RunStatus; by?: string; comment?: string };
}

function isAfter(left: string, right: string): boolean {
  return Date.parse(left) > Date.parse(right);
}

/** Whether the attempt that begins with this event ends a wait. */
function isResume(
  event: RunEvent,
  before: RunEvent | undefined,
  suspensions: readonly Suspension[],
): boolean {
  return suspensions.some(
    ({ createdAt, resumedAt }) =>
      !isAfter(createdAt, event.createdAt) &&
      (resumedAt === undefined ||
        before === undefined ||
        !isAfter(before.createdAt, resumedAt)),
  );
}

function readRetries(source: HistorySource): HistoryItem[] {
  const ordered = [...source.events].sort((left, right) => left.id - right.id);
  let attempt = 1;
  return ordered.flatMap((event, index) => {
    if (
      event.type !== 'recovered' ||
      isResume(event, ordered[index - 1], source.suspensions)
    ) {
      return [];
    }
    attempt += 1;
    return [{ at: event.createdAt, kind: 'retried' as const, attempt }];
  });
}

/** Failures of steps that report nothing: those of stock actions. */
function readUnreported(
  source: HistorySource,
  nameOf: (stepId: string) => string,
): HistoryItem[] {
  const lastStart = source.events
    .filter(({ type }) => type === 'recovered')
    .reduce((last, { id }) => Math.max(last, id), 0);
  return source.events.flatMap(event => {
    const { stepId, status } = event.body;
    if (event.type !== 'log' || status !== 'failed' || !stepId) {
      return [];
    }
    const isNoise = source.suspensions.some(
      suspension =>
        suspension.stepId === stepId &&
        isParkNoise(event, suspension, event.id > lastStart),
    );
    const isReported = source.reports.some(
      report =>
        report.stepId === stepId &&
        Math.abs(Date.parse(report.at) - Date.parse(event.createdAt)) <
          SAME_FAILURE_MILLISECONDS,
    );
    return isNoise || isReported
      ? []
      : [
          {
            at: event.createdAt,
            kind: 'failed' as const,
            step: nameOf(stepId),
          },
        ];
  });
}

/** Of these the reports and answers of steps tell, in better words. */
const REPORTED_WAITS = ['intervention', 'timer'];

function readWaits(source: HistorySource): HistoryItem[] {
  const suspensions = source.suspensions.filter(
    ({ wait }) => !REPORTED_WAITS.includes(wait.kind),
  );
  return suspensions.flatMap(({ createdAt, resumedAt, title }) => [
    { at: createdAt, kind: 'waited' as const, title },
    ...(resumedAt === undefined
      ? []
      : [{ at: resumedAt, kind: 'resumed' as const, title }]),
  ]);
}

/** Failures of one step in a row that were tried again become one. */
function foldRetries(items: HistoryItem[]): HistoryItem[] {
  return items.reduce<HistoryItem[]>((folded, item) => {
    const last = folded[folded.length - 1];
    if (
      item.kind !== 'retrying' ||
      last?.kind !== 'retrying' ||
      last.step !== item.step
    ) {
      return [...folded, item];
    }
    return [...folded.slice(0, -1), { ...item, times: (last.times ?? 1) + 1 }];
  }, []);
}

/**
 * Everything that happened to a run over all its attempts, oldest first. Pure.
 *
 * @param source - see {@link HistorySource}
 */
export function deriveHistory(source: HistorySource): HistoryItem[] {
  const names = new Map(source.steps.map(({ id, name }) => [id, name || id]));
  const nameOf = (stepId: string) => names.get(stepId) ?? stepId;
  const items: HistoryItem[] = [
    { at: source.startedAt, kind: 'started', by: source.requester },
    ...readWaits(source),
    ...readRetries(source),
    ...readUnreported(source, nameOf),
    ...source.reports.map(({ at, outcome, stepId, problem }) => ({
      at,
      kind: outcome,
      step: nameOf(stepId),
      detail: problem?.what,
    })),
    ...source.interventions.flatMap(
      ({ answer, answeredAt, answeredBy, stepId, comment }) =>
        answer && answeredAt
          ? [
              {
                at: answeredAt,
                kind: `answered-${answer}` as const,
                step: nameOf(stepId),
                by: answeredBy,
                detail: comment,
              },
            ]
          : [],
    ),
    ...(source.end
      ? [
          {
            at: source.end.at,
            kind: 'ended' as const,
            status: source.end.status,
            by: source.end.by,
            detail: source.end.comment,
          },
        ]
      : []),
  ];
  // Stable: what happened in the same second stays in the order above.
  return foldRetries(
    items.sort((left, right) => Date.parse(left.at) - Date.parse(right.at)),
  );
}
