import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  EntityName,
  RelativeTime,
  Section,
} from '@self-service/plugin-approvals';
import { FailureTexts, failureTranslationRef } from '../failureTranslation';
import { deriveHistory, HistoryItem } from '../steps/deriveHistory';
import { RunsTexts, runsTranslationRef } from '../translation';
import classes from './HistorySection.module.css';
import { NamedText } from './NamedText';
import { isActive, ShownRun } from './useRun';

function makeHistory(shown: ShownRun): HistoryItem[] {
  const { task, run, view, events } = shown;
  const endedAt = run.state?.endedAt ?? view.endedAt;
  // What is kept of a run that a person has cancelled needs attention too.
  const isCancelled = run.state?.phase === 'held' && run.state.endedBy;
  const status = isCancelled ? 'cancelled' : shown.status;
  return deriveHistory({
    startedAt: task.createdAt,
    requester: task.spec.user?.ref,
    steps: task.spec.steps,
    events,
    suspensions: run.suspensions,
    reports: run.state?.stepReports ?? [],
    interventions: run.state?.interventions ?? [],
    end:
      endedAt && !isActive(shown.status)
        ? {
            at: endedAt,
            status,
            by: run.state?.endedBy,
            comment: run.state?.endComment,
          }
        : undefined,
  });
}

function describe(
  item: HistoryItem,
  t: FailureTexts,
  runTexts: RunsTexts,
): string {
  const { step = '', title = '', attempt, status, times } = item;
  switch (item.kind) {
    case 'started':
      return t('history.started');
    case 'resumed':
      return t('history.resumed');
    case 'waited':
      return t('history.waited', { title });
    case 'retried':
      return t('history.retried', { attempt: String(attempt) });
    case 'retrying':
      return times === undefined
        ? t('history.retrying', { step })
        : t('history.retryingTimes', { step, times: String(times) });
    case 'ended':
      return status ? runTexts(`runStatus.${status}`) : '';
    default:
      return t(`history.${item.kind}`, { step });
  }
}

/** Everything that happened to the run, over all its attempts. */
export function HistorySection(props: { state: ShownRun }) {
  const { t } = useTranslationRef(failureTranslationRef);
  const { t: runTexts } = useTranslationRef(runsTranslationRef);
  const items = makeHistory(props.state);
  return (
    <Section title={t('history.title')}>
      <ol className={classes.items}>
        {items.map((item, index) => (
          <li key={index} className={classes.item}>
            <span>
              {describe(item, t, runTexts)}
              {item.by && (
                <>
                  {' '}
                  {t('history.by')} <EntityName entityRef={item.by} />
                </>
              )}
            </span>
            <span className={classes.secondary}>
              <RelativeTime at={item.at} />
            </span>
            {item.detail && (
              <span className={classes.detail} title={item.detail}>
                <NamedText text={item.detail} />
              </span>
            )}
          </li>
        ))}
      </ol>
    </Section>
  );
}
