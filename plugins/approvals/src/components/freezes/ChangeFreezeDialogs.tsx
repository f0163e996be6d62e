import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Select, Text, TextAreaField, TextField } from '@backstage/ui';
import {
  ExemptionKind,
  exemptionKindSchema,
  FreezeRecord,
} from '@self-service/plugin-approvals-common';
import { useState } from 'react';
import { policyApiRef } from '../../api/PolicyApi';
import { policyTranslationRef } from '../../policyTranslation';
import { useWrite } from '../request/useWrite';
import { WriteDialog } from '../WriteDialog';

/** Asks whether to end a freeze before its time, and does it. */
export function EndFreezeDialog(props: {
  freeze: FreezeRecord;
  onClose: () => void;
  onDone: () => void;
}) {
  const { t } = useTranslationRef(policyTranslationRef);
  const policyApi = useApi(policyApiRef);
  const { isPending, error, run } = useWrite(props.onDone);
  return (
    <WriteDialog
      title={t('endDialog.title')}
      text={t('endDialog.text')}
      confirm={t('endDialog.confirm')}
      back={t('createDialog.back')}
      isDestructive
      isPending={isPending}
      error={error}
      describeFailure={why => t('endDialog.failed', { reason: why })}
      onConfirm={() => run(() => policyApi.endFreeze(props.freeze.id))}
      onClose={props.onClose}
    >
      <Text as="p" weight="bold">
        {props.freeze.reason}
      </Text>
    </WriteDialog>
  );
}

/** Asks who or what may pass a freeze and why, and makes the exemption. */
export function ExemptDialog(props: {
  freeze: FreezeRecord;
  onClose: () => void;
  onDone: () => void;
}) {
  const { t } = useTranslationRef(policyTranslationRef);
  const policyApi = useApi(policyApiRef);
  const [kind, setKind] = useState<ExemptionKind>('team');
  const [value, setValue] = useState('');
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState<string>();
  const { isPending, error, run } = useWrite(props.onDone);

  const confirm = () => {
    if (!value.trim() || !reason.trim()) {
      setProblem(
        t(value.trim() ? 'createDialog.needReason' : 'exemptDialog.needValue'),
      );
      return;
    }
    setProblem(undefined);
    run(() =>
      policyApi.exempt(props.freeze.id, {
        kind,
        value: value.trim(),
        reason: reason.trim(),
      }),
    );
  };

  return (
    <WriteDialog
      title={t('exemptDialog.title')}
      text={t('exemptDialog.text')}
      confirm={t('exemptDialog.confirm')}
      back={t('createDialog.back')}
      isPending={isPending}
      problem={problem}
      error={error}
      describeFailure={why => t('exemptDialog.failed', { reason: why })}
      onConfirm={confirm}
      onClose={props.onClose}
    >
      <Select
        label={t('exemptDialog.kind')}
        options={exemptionKindSchema.options.map(id => ({
          id,
          label: t(`exemptDialog.${id}`),
        }))}
        value={kind}
        onChange={key => setKind(exemptionKindSchema.parse(key))}
      />
      <TextField
        label={t('exemptDialog.value')}
        description={t(`exemptDialog.${kind}Hint`)}
        isRequired
        validationBehavior="aria"
        value={value}
        onChange={setValue}
      />
      <TextAreaField
        label={t('createDialog.reason')}
        isRequired
        validationBehavior="aria"
        maxLength={500}
        value={reason}
        onChange={setReason}
      />
    </WriteDialog>
  );
}
