import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert } from '@backstage/ui';
import { EntityName, Explanations } from '@self-service/plugin-approvals';
import {
  ApprovalRequest,
  StoredDecision,
} from '@self-service/plugin-approvals-common';
import { Run } from '@self-service/plugin-runs-common';
import { runsTranslationRef } from '../translation';
import { Comment } from './Comment';
import { isLive } from './effectWords';
import { ProblemCard } from './ProblemCard';
import { readFailureCause } from './readFailureCause';
import { ShownRun } from './useRun';

function Denied(props: { decision: StoredDecision }) {
  const { t } = useTranslationRef(runsTranslationRef);
  return (
    <Alert
      role="status"
      status="danger"
      icon
      title={t('outcome.deniedTitle')}
      description={
        <>
          <Explanations decision={props.decision.decision} />
          {t('outcome.deniedText')}
        </>
      }
    />
  );
}

/** Somebody ended the run's request: who, and what they said. */
function EndedByPerson(props: {
  request: ApprovalRequest;
  status: 'danger' | 'info';
  title: string;
  titleBefore: string;
  text: string;
}) {
  const { outcomeBy, outcomeComment } = props.request;
  return (
    <Alert
      role="status"
      status={props.status}
      icon
      title={
        outcomeBy ? (
          <>
            {props.titleBefore} <EntityName entityRef={outcomeBy} />
          </>
        ) : (
          props.title
        )
      }
      description={
        <>
          <Comment text={outcomeComment} />
          {props.text}
        </>
      }
    />
  );
}

function FailedSomehow(props: { state: ShownRun }) {
  const { t } = useTranslationRef(runsTranslationRef);
  const cause = readFailureCause(props.state.approvals);
  switch (cause.kind) {
    case 'denied':
      return <Denied decision={cause.decision} />;
    case 'rejected':
      return (
        <EndedByPerson
          request={cause.request}
          status="danger"
          title={t('outcome.rejectedTitle')}
          titleBefore={t('outcome.rejectedBy')}
          text={t('outcome.rejectedText')}
        />
      );
    case 'withdrawn':
      return (
        <EndedByPerson
          request={cause.request}
          status="info"
          title={t('outcome.withdrawnTitle')}
          titleBefore={t('outcome.withdrawnBy')}
          text={t('outcome.withdrawnText')}
        />
      );
    case 'expired':
      return (
        <Alert
          role="status"
          status="warning"
          icon
          title={t('outcome.expiredTitle')}
          description={t('outcome.expiredText')}
        />
      );
    default:
      return <ProblemCard state={props.state} />;
  }
}

function Cancelled(props: { run: Run }) {
  const { t } = useTranslationRef(runsTranslationRef);
  const { state, effects } = props.run;
  return (
    <Alert
      role="status"
      status="info"
      icon
      title={
        state?.endedBy ? (
          <>
            {t('outcome.cancelledBy')} <EntityName entityRef={state.endedBy} />
          </>
        ) : (
          t('outcome.cancelledTitle')
        )
      }
      description={
        <>
          <Comment text={state?.endComment} />
          {t(
            effects.some(isLive)
              ? 'outcome.cancelledText'
              : 'outcome.cancelledNothing',
          )}
        </>
      }
    />
  );
}

/** Why a run did not complete, and what to do about it. */
export function OutcomeCard(props: { state: ShownRun }) {
  const { t } = useTranslationRef(runsTranslationRef);
  const { status, suspension, run } = props.state;
  switch (status) {
    case 'failed':
      return <FailedSomehow state={props.state} />;
    case 'cancelled':
      return <Cancelled run={run} />;
    case 'rolling-back':
    case 'rolled-back':
      return run.state?.failure ? <ProblemCard state={props.state} /> : <></>;
    case 'needs-attention':
      if (run.state && run.state.phase !== 'active') {
        return run.state.failure ? (
          <ProblemCard state={props.state} />
        ) : (
          <Cancelled run={run} />
        );
      }
      return (
        <Alert
          role="status"
          status="warning"
          icon
          title={t('outcome.attentionTitle')}
          description={suspension?.attention}
        />
      );
    default:
      return <></>;
  }
}
