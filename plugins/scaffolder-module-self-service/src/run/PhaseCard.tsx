import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert, Link } from '@backstage/ui';
import { EntityName, Section } from '@self-service/plugin-approvals';
import { Effect, RunState } from '@self-service/plugin-runs-common';
import { failureTranslationRef } from '../failureTranslation';
import { runRouteRef } from '../routes';
import { Comment } from './Comment';
import { formatUntil } from './formatUntil';
import classes from './PhaseCard.module.css';
import { ShownRun } from './useRun';

const OVER: Effect['status'][] = ['undone', 'absent', 'retained'];

/** How far a rollback is: of all effects, those with which it is done. */
export function measureRollback(effects: readonly Effect[]): {
  done: number;
  total: number;
} {
  return {
    done: effects.filter(({ status }) => OVER.includes(status)).length,
    total: effects.length,
  };
}

const CHOICES = ['retry', 'resubmit', 'rollback'] as const;

function Held(props: { state: RunState; now: number }) {
  const { t } = useTranslationRef(failureTranslationRef);
  const { now } = props;
  const { heldUntil, options } = props.state;
  const choices = CHOICES.filter(name => options[name].allowed);
  return (
    <Alert
      status="warning"
      icon
      title={t('held.title')}
      description={
        <>
          {choices.map(name => `${t(`held.${name}`)} `)}
          {heldUntil && (
            <>
              {t('held.deadline')}{' '}
              <time
                dateTime={heldUntil}
                title={new Date(heldUntil).toLocaleString()}
              >
                {formatUntil(heldUntil, now)}
              </time>
              .
            </>
          )}
        </>
      }
    />
  );
}

function RollingBack(props: { effects: Effect[]; endedBy?: string }) {
  const { t } = useTranslationRef(failureTranslationRef);
  const { done, total } = measureRollback(props.effects);
  const label = t('rollingBack.progress', {
    done: String(done),
    total: String(total),
  });
  return (
    <Section title={t('rollingBack.title')} aside={<span>{label}</span>}>
      <div
        role="progressbar"
        aria-label={t('rollingBack.title')}
        aria-valuemin={0}
        aria-valuemax={total}
        aria-valuenow={done}
        aria-valuetext={label}
        className={classes.track}
      >
        <div
          className={classes.bar}
          style={{ width: `${total === 0 ? 0 : (100 * done) / total}%` }}
        />
      </div>
      <p className={classes.text}>
        {t('rollingBack.text')}
        {props.endedBy && (
          <>
            {' '}
            {t('rollingBack.by')} <EntityName entityRef={props.endedBy} />.
          </>
        )}
      </p>
    </Section>
  );
}

function RolledBack(props: { effects: Effect[]; state: RunState }) {
  const { t } = useTranslationRef(failureTranslationRef);
  const { endedBy, endComment } = props.state;
  const isRetained = props.effects.some(({ status }) => status === 'retained');
  return (
    <Alert
      status={isRetained ? 'warning' : 'info'}
      icon
      title={
        endedBy ? (
          <>
            {t('rolledBack.by')} <EntityName entityRef={endedBy} />
          </>
        ) : (
          t('rolledBack.title')
        )
      }
      description={
        <>
          <Comment text={endComment} />
          {t(isRetained ? 'rolledBack.retained' : 'rolledBack.nothing')}
        </>
      }
    />
  );
}

/** What becomes of a run that did not complete: held, rolling back, and so on. */
export function PhaseCard(props: { state: ShownRun }) {
  const { t } = useTranslationRef(failureTranslationRef);
  const { run, now } = props.state;
  const { effects } = run;
  switch (run.state?.phase) {
    case 'held':
      return <Held state={run.state} now={now} />;
    case 'rollback-failed':
      return (
        <Alert
          status="danger"
          icon
          title={t('stuck.title')}
          description={t('stuck.text')}
        />
      );
    case 'rolling-back':
      return <RollingBack effects={effects} endedBy={run.state.endedBy} />;
    case 'rolled-back':
      return <RolledBack effects={effects} state={run.state} />;
    default:
      return <></>;
  }
}

function RelatedRun(props: { text: string; taskId: string }) {
  const { t } = useTranslationRef(failureTranslationRef);
  const runLink = useRouteRef(runRouteRef);
  return (
    <Alert
      status="info"
      icon
      title={
        <>
          {props.text}{' '}
          {runLink && (
            <Link href={runLink({ taskId: props.taskId })}>
              {t('replaced.link')}
            </Link>
          )}
        </>
      }
    />
  );
}

/** The run that this one replaces, and the one that replaces it. */
export function RelatedRuns(props: { state: ShownRun }) {
  const { t } = useTranslationRef(failureTranslationRef);
  const { replaces, replacedBy } = props.state.run.state ?? {};
  return (
    <>
      {replacedBy && <RelatedRun text={t('replaced.by')} taskId={replacedBy} />}
      {replaces && <RelatedRun text={t('replaced.of')} taskId={replaces} />}
    </>
  );
}
