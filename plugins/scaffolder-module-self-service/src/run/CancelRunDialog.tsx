import { toError } from '@backstage/errors';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { scaffolderApiRef } from '@backstage/plugin-scaffolder-react';
import {
  Alert,
  Button,
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
  Text,
} from '@backstage/ui';
import { describeError } from '@self-service/plugin-approvals';
import { useState } from 'react';
import { runsTranslationRef } from '../translation';

/** Asks whether to cancel the run, and does it. */
export function CancelRunDialog(props: {
  taskId: string;
  onClose: () => void;
  onDone: () => void;
}) {
  const { t } = useTranslationRef(runsTranslationRef);
  const scaffolderApi = useApi(scaffolderApiRef);
  const [isPending, setPending] = useState(false);
  const [error, setError] = useState<Error>();

  const cancel = async () => {
    setPending(true);
    setError(undefined);
    try {
      await scaffolderApi.cancelTask(props.taskId);
      props.onDone();
    } catch (cause) {
      setError(toError(cause));
      setPending(false);
    }
  };

  const failure = error && describeError(error);
  return (
    <Dialog isOpen onOpenChange={isOpen => !isOpen && props.onClose()}>
      <DialogHeader>{t('cancel.title')}</DialogHeader>
      <DialogBody style={{ display: 'grid', gap: 'var(--bui-space-4)' }}>
        <Text as="p">{t('cancel.text')}</Text>
        {failure && (
          <Alert
            role="alert"
            status="danger"
            icon
            title={t('action.failed', { reason: failure.title })}
            description={failure.remedy}
          />
        )}
      </DialogBody>
      <DialogFooter>
        <Button variant="secondary" onPress={props.onClose}>
          {t('cancel.back')}
        </Button>
        <Button
          variant="primary"
          destructive
          isPending={isPending}
          onPress={cancel}
        >
          {t('cancel.confirm')}
        </Button>
      </DialogFooter>
    </Dialog>
  );
}
