import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { RequestDetail } from '@self-service/plugin-approvals-common';
import { approvalsApiRef } from '../../api/ApprovalsApi';
import { approvalsTranslationRef } from '../../translation';
import { WriteDialog } from '../WriteDialog';
import { useWrite } from './useWrite';

/** Asks whether to take the reader's vote back, and does it. */
export function WithdrawDialog(props: {
  requestId: string;
  onClose: () => void;
  onDone: (detail: RequestDetail) => void;
}) {
  const { t } = useTranslationRef(approvalsTranslationRef);
  const approvalsApi = useApi(approvalsApiRef);
  const { isPending, error, run } = useWrite(props.onDone);
  return (
    <WriteDialog
      title={t('withdraw.title')}
      text={t('withdraw.text')}
      confirm={t('withdraw.action')}
      back={t('vote.back')}
      isPending={isPending}
      error={error}
      describeFailure={reason => t('withdraw.failed', { reason })}
      onConfirm={() => run(() => approvalsApi.withdrawVote(props.requestId))}
      onClose={props.onClose}
    />
  );
}
