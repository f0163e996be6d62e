import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { scaffolderApiRef } from '@backstage/plugin-scaffolder-react';
import { Radio, RadioGroup, TextAreaField } from '@backstage/ui';
import { useWrite, WriteDialog } from '@self-service/plugin-approvals';
import { useState } from 'react';
import { runsApiRef } from '../api/RunsApi';
import { failureTranslationRef } from '../failureTranslation';
import { runsTranslationRef } from '../translation';
import { isLive } from './effectWords';
import { UndoList } from './UndoList';
import { ShownRun } from './useRun';

/** Asks whether to cancel the run and what becomes of what exists; does it. */
export function CancelRunDialog(props: {
  state: ShownRun;
  onClose: () => void;
  onDone: () => void;
}) {
  const { t } = useTranslationRef(failureTranslationRef);
  const { t: runTexts } = useTranslationRef(runsTranslationRef);
  const runsApi = useApi(runsApiRef);
  const scaffolderApi = useApi(scaffolderApiRef);
  const { run: shown, task } = props.state;
  const [isRollback, setRollback] = useState(false);
  const [comment, setComment] = useState('');
  const { isPending, error, run } = useWrite(props.onDone);
  const exists = shown.effects.some(isLive);

  const cancel = async () => {
    if (!shown.state) {
      // Not known to the platform: the stock scaffolder alone can stop it.
      await scaffolderApi.cancelTask(task.id);
      return;
    }
    await runsApi.cancel(task.id, {
      comment: comment.trim() || undefined,
      rollback: isRollback || undefined,
    });
  };

  return (
    <WriteDialog
      title={t('cancel.title')}
      text={t('cancel.text')}
      confirm={t('cancel.confirm')}
      back={t('cancel.back')}
      isDestructive
      isPending={isPending}
      error={error}
      describeFailure={reason => runTexts('action.failed', { reason })}
      onConfirm={() => run(cancel)}
      onClose={props.onClose}
    >
      {exists && shown.state && (
        <>
          <RadioGroup
            label={t('cancel.existing')}
            value={isRollback ? 'rollback' : 'keep'}
            onChange={value => setRollback(value === 'rollback')}
          >
            <Radio value="keep">{t('cancel.keep')}</Radio>
            <Radio value="rollback">{t('cancel.rollback')}</Radio>
          </RadioGroup>
          {isRollback && <UndoList effects={shown.effects} />}
        </>
      )}
      {shown.state && (
        <TextAreaField
          label={t('cancel.comment')}
          maxLength={2000}
          value={comment}
          onChange={setComment}
        />
      )}
    </WriteDialog>
  );
}
