import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert, AlertProps } from '@backstage/ui';
import {
  ApprovalRequest,
  RequestStatus,
} from '@self-service/plugin-approvals-common';
import { approvalsTranslationRef } from '../../translation';
import { EntityName } from '../../ui';

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

/** How a decided request ended: by whom, and the comment. */
export function Outcome(props: { request: ApprovalRequest }) {
  const { t } = useTranslationRef(approvalsTranslationRef);
  const { status, outcomeBy, outcomeComment } = props.request;
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
          {outcomeBy && (
            <>
              {' '}
              {t('request.by')} <EntityName entityRef={outcomeBy} />
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
