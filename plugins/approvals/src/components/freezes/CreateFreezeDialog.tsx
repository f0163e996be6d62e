import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Checkbox, CheckboxGroup, Text, TextAreaField } from '@backstage/ui';
import { NewFreeze } from '@self-service/plugin-approvals-common';
import { useState } from 'react';
import { policyApiRef } from '../../api/PolicyApi';
import { policyTranslationRef } from '../../policyTranslation';
import { useWrite } from '../request/useWrite';
import { MomentField } from './MomentField';
import { WriteDialog } from '../WriteDialog';
import classes from './freezes.module.css';

/** Asks from when to when, where and why, and declares the freeze. */
export function CreateFreezeDialog(props: {
  environments: string[];
  onClose: () => void;
  onDone: () => void;
}) {
  const { t } = useTranslationRef(policyTranslationRef);
  const policyApi = useApi(policyApiRef);
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const [environments, setEnvironments] = useState<string[]>([]);
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState<string>();
  const { isPending, error, run } = useWrite(props.onDone);

  const read = (): NewFreeze | string => {
    if (!from || !to) {
      return t('createDialog.needMoments');
    }
    if (Date.parse(from) >= Date.parse(to)) {
      return t('createDialog.needOrder');
    }
    if (!reason.trim()) {
      return t('createDialog.needReason');
    }
    return {
      from: new Date(from).toISOString(),
      to: new Date(to).toISOString(),
      environments: environments.length > 0 ? environments : undefined,
      reason: reason.trim(),
    };
  };
  const confirm = () => {
    const freeze = read();
    if (typeof freeze === 'string') {
      setProblem(freeze);
      return;
    }
    setProblem(undefined);
    run(() => policyApi.createFreeze(freeze));
  };

  return (
    <WriteDialog
      title={t('createDialog.title')}
      text={t('createDialog.text')}
      confirm={t('createDialog.confirm')}
      back={t('createDialog.back')}
      isPending={isPending}
      problem={problem}
      error={error}
      describeFailure={why => t('createDialog.failed', { reason: why })}
      onConfirm={confirm}
      onClose={props.onClose}
    >
      <div className={classes.moments}>
        <MomentField
          label={t('createDialog.from')}
          value={from}
          onChange={setFrom}
        />
        <MomentField label={t('createDialog.to')} value={to} onChange={setTo} />
      </div>
      <Text as="p" color="secondary" variant="body-small">
        {t('createDialog.zone', {
          zone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
        })}
      </Text>
      <CheckboxGroup
        label={t('createDialog.environments')}
        description={t('createDialog.environmentsHint')}
        value={environments}
        onChange={setEnvironments}
      >
        {props.environments.map(name => (
          <Checkbox key={name} value={name}>
            {name}
          </Checkbox>
        ))}
      </CheckboxGroup>
      <TextAreaField
        label={t('createDialog.reason')}
        description={t('createDialog.reasonHint')}
        isRequired
        validationBehavior="aria"
        maxLength={500}
        value={reason}
        onChange={setReason}
      />
    </WriteDialog>
  );
}
