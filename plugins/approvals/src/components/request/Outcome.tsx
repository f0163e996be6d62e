import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert, AlertProps } from '@backstage/ui';
import {
  ApprovalRequest,
  RequestStatus,
} from '@self-service/plugin-approvals-common';
import { approvalsTranslationRef } from '../../translation';
import { EntityNames } from '../../ui';

const LOOKS = {
  approved: {
    status: 'success',
    title: 'request.outcomeApproved',
    text: 'request.outcomeApprovedText',
  },
  rejected: {
    status: 'danger',
    title: 'request.outcomeRejected',
    text: 'request.outcomeEndedText',
  },
  expired: {
    status: 'warning',
    title: 'request.outcomeExpired',
    text: 'request.outcomeEndedText',
  },
  cancelled: {
    status: 'info',
    title: 'request.outcomeCancelled',
    text: 'request.outcomeEndedText',
  },
} as const satisfies Record<
  Exclude<RequestStatus, 'pending'>,
  { status: AlertProps['status']; title: string; text: string }
>;

/** Who decided: those who approved, or the one who rejected or cancelled. */
function readDeciders(request: ApprovalRequest): string[] {
  if (request.outcomeBy) {
    return [request.outcomeBy];
  }
  const approvals =
    request.status === 'approved'
      ? request.stages
          .flatMap(({ votes }) => votes)
          .filter(({ verdict }) => verdict === 'approve')
      : [];
  return [...new Set(approvals.map(({ voter }) => voter))];
}

/** How a decided request ended: by whom, and the comment. */
export function Outcome(props: { request: ApprovalRequest }) {
  const { t } = useTranslationRef(approvalsTranslationRef);
  const { status, outcomeComment } = props.request;
  const deciders = readDeciders(props.request);
  if (status === 'pending') {
    return <></>;
  }
  const look = LOOKS[status];
  return (
    <Alert
      status={look.status}
      icon
      title={
        <>
          {t(look.title)}
          {deciders.length > 0 && (
            <>
              {' '}
              {t('request.by')} <EntityNames entityRefs={deciders} />
            </>
          )}
        </>
      }
      description={
        <>
          {outcomeComment && (
            <span style={{ display: 'block', whiteSpace: 'pre-wrap' }}>
              “{outcomeComment}”
            </span>
          )}
          {t(look.text)}
        </>
      }
    />
  );
}
