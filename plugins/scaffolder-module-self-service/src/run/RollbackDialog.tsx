import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { TextAreaField } from '@backstage/ui';
import { useWrite, WriteDialog } from '@self-service/plugin-approvals';
import { Effect } from '@self-service/plugin-runs-common';
import { useState } from 'react';
import { runsApiRef } from '../api/RunsApi';
import { failureTranslationRef } from '../failureTranslation';
import { runsTranslationRef } from '../translation';
import { UndoList } from './UndoList';

/** Lists what a rollback undoes and what stays, and begins it. */
export function RollbackDialog(props: {
  taskId: string;
  effects: Effect[];
  onClose: () => void;
  onDone: () => void;
}) {
  const { t } = useTranslationRef(failureTranslationRef);
  const { t: runTexts } = useTranslationRef(runsTranslationRef);
  const runsApi = useApi(runsApiRef);
  const [comment, setComment] = useState('');
  const { isPending, error, run } = useWrite(props.onDone);
  return (
    <WriteDialog
      title={t('rollback.title')}
      text={t('rollback.text')}
      confirm={t('rollback.confirm')}
      back={t('rollback.back')}
      isDestructive
      isPending={isPending}
      error={error}
      describeFailure={reason => runTexts('action.failed', { reason })}
      onConfirm={() =>
        run(() =>
          runsApi.rollBack(props.taskId, {
            comment: comment.trim() || undefined,
          }),
        )
      }
      onClose={props.onClose}
    >
      <UndoList effects={props.effects} />
      <TextAreaField
        label={t('rollback.comment')}
        maxLength={2000}
        value={comment}
        onChange={setComment}
      />
    </WriteDialog>
  );
}
