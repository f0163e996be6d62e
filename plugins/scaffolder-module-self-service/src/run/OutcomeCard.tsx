import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert } from '@backstage/ui';
import { EntityName, Explanations } from '@self-service/plugin-approvals';
import {
  ApprovalRequest,
  StoredDecision,
} from '@self-service/plugin-approvals-common';
import { runsTranslationRef } from '../translation';
import { readFailureCause } from './readFailureCause';
import { RunState } from './useRun';

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
          {outcomeComment && (
            <blockquote style={{ margin: '4px 0', whiteSpace: 'pre-wrap' }}>
              “{outcomeComment}”
            </blockquote>
          )}
          {props.text}
        </>
      }
    />
  );
}

function Failed(props: { state: RunState }) {
  const { t } = useTranslationRef(runsTranslationRef);
  const { view } = props.state;
  const failed = view.steps.find(({ state }) => state === 'failed');
  return (
    <Alert
      role="status"
      status="danger"
      icon
      title={
        failed
          ? t('outcome.failedTitle', { step: failed.name })
          : t('outcome.failedTitleUnknown')
      }
      description={
        <>
          {view.error && (
            <span style={{ display: 'block', whiteSpace: 'pre-wrap' }}>
              {view.error}
            </span>
          )}
          {t('outcome.failedText')}
        </>
      }
    />
  );
}

function FailedSomehow(props: { state: RunState }) {
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
      return <Failed state={props.state} />;
  }
}

/** Why a run did not complete, and what to do about it. */
export function OutcomeCard(props: { state: RunState }) {
  const { t } = useTranslationRef(runsTranslationRef);
  const { status, suspension } = props.state;
  switch (status) {
    case 'failed':
      return <FailedSomehow state={props.state} />;
    case 'cancelled':
      return (
        <Alert
          role="status"
          status="info"
          icon
          title={t('outcome.cancelledTitle')}
          description={t('outcome.cancelledText')}
        />
      );
    case 'needs-attention':
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
