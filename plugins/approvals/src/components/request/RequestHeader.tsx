import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button } from '@backstage/ui';
import { RiArrowGoBackLine, RiCheckLine, RiCloseLine } from '@remixicon/react';
import { RequestDetail, Verdict } from '@self-service/plugin-approvals-common';
import { useState } from 'react';
import { approvalsTranslationRef } from '../../translation';
import { EntityName, PageHeader, RelativeTime } from '../../ui';
import { RequestStatusChip } from '../chips';
import { CancelDialog } from './CancelDialog';
import { VoteDialog } from './VoteDialog';
import { WithdrawDialog } from './WithdrawDialog';

type OpenDialog = Verdict | 'cancel' | 'withdraw';

function Actions(props: {
  detail: RequestDetail;
  onOpen: (dialog: OpenDialog) => void;
}) {
  const { t } = useTranslationRef(approvalsTranslationRef);
  const { viewer } = props.detail;
  return (
    <>
      {viewer.canCancel && (
        <Button variant="secondary" onPress={() => props.onOpen('cancel')}>
          {t('request.cancel')}
        </Button>
      )}
      {viewer.canWithdraw && (
        <Button
          variant="secondary"
          iconStart={<RiArrowGoBackLine />}
          onPress={() => props.onOpen('withdraw')}
        >
          {t('withdraw.action')}
        </Button>
      )}
      {viewer.votableStages.length > 0 && (
        <>
          <Button
            variant="secondary"
            destructive
            iconStart={<RiCloseLine />}
            onPress={() => props.onOpen('reject')}
          >
            {t('request.reject')}
          </Button>
          <Button
            variant="primary"
            iconStart={<RiCheckLine />}
            onPress={() => props.onOpen('approve')}
          >
            {t('request.approve')}
          </Button>
        </>
      )}
    </>
  );
}

/** What is asked, by whom, how it stands, and what this person can do. */
export function RequestHeader(props: {
  detail: RequestDetail;
  onChange: (detail: RequestDetail) => void;
}) {
  const { t } = useTranslationRef(approvalsTranslationRef);
  const [dialog, setDialog] = useState<OpenDialog>();
  const { request } = props.detail;
  const close = () => setDialog(undefined);
  const finish = (detail: RequestDetail) => {
    close();
    props.onChange(detail);
  };
  return (
    <>
      <PageHeader
        title={request.title}
        status={<RequestStatusChip status={request.status} />}
        meta={[
          <>
            {t('request.askedBy')} <EntityName entityRef={request.requester} />{' '}
            <RelativeTime at={request.createdAt} />
          </>,
          request.decidedAt && (
            <>
              {t('request.decided')} <RelativeTime at={request.decidedAt} />
            </>
          ),
        ]}
        actions={<Actions detail={props.detail} onOpen={setDialog} />}
      />
      {(dialog === 'approve' || dialog === 'reject') && (
        <VoteDialog
          detail={props.detail}
          verdict={dialog}
          onClose={close}
          onDone={finish}
        />
      )}
      {dialog === 'cancel' && (
        <CancelDialog requestId={request.id} onClose={close} onDone={finish} />
      )}
      {dialog === 'withdraw' && (
        <WithdrawDialog
          requestId={request.id}
          onClose={close}
          onDone={finish}
        />
      )}
    </>
  );
}
