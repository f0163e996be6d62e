import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert, ButtonLink } from '@backstage/ui';
import {
  ApprovalRequest,
  RequestStatus,
  Verdict,
} from '@self-service/plugin-approvals-common';
import { messagesTranslationRef } from '../../messagesTranslation';
import { requestRouteRef } from '../../routes';

function RequestLink(props: { request: ApprovalRequest }) {
  const { t } = useTranslationRef(messagesTranslationRef);
  const requestLink = useRouteRef(requestRouteRef);
  return requestLink ? (
    <ButtonLink
      variant="secondary"
      size="small"
      href={requestLink({ requestId: props.request.id })}
    >
      {t('decide.openRequest')}
    </ButtonLink>
  ) : (
    <></>
  );
}

const NEXT = {
  pending: 'decide.othersDecide',
  approved: 'decide.goesOn',
  rejected: 'decide.ended',
  expired: 'decide.done',
  cancelled: 'decide.done',
} as const satisfies Record<RequestStatus, string>;

/** What came of the reader's vote. */
export function Result(props: { request: ApprovalRequest; verdict: Verdict }) {
  const { t } = useTranslationRef(messagesTranslationRef);
  const isApproval = props.verdict === 'approve';
  return (
    <Alert
      role="status"
      status={isApproval ? 'success' : 'info'}
      icon
      title={t(isApproval ? 'decide.approved' : 'decide.rejected')}
      description={t(NEXT[props.request.status])}
      customActions={<RequestLink request={props.request} />}
    />
  );
}

/** Says that the link decides nothing any more, and why of one that waits. */
export function UnusableLink(props: {
  request: ApprovalRequest;
  reason: string | undefined;
}) {
  const { t } = useTranslationRef(messagesTranslationRef);
  return (
    <Alert
      role="status"
      status="warning"
      icon
      title={t('decide.unusable')}
      // Of a decided request it stands below how it ended, and by whom.
      description={
        props.request.status === 'pending' ? props.reason : undefined
      }
      customActions={<RequestLink request={props.request} />}
    />
  );
}
