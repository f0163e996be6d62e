import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  Alert,
  Button,
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
  Text,
  TextAreaField,
} from '@backstage/ui';
import { RequestDetail } from '@self-service/plugin-approvals-common';
import { useState } from 'react';
import { approvalsApiRef } from '../../api/ApprovalsApi';
import { approvalsTranslationRef } from '../../translation';
import { describeError } from '../../ui';
import { useWrite } from './useWrite';

/** Asks the requester whether to withdraw the request, and does it. */
export function CancelDialog(props: {
  requestId: string;
  onClose: () => void;
  onDone: (detail: RequestDetail) => void;
}) {
  const { t } = useTranslationRef(approvalsTranslationRef);
  const approvalsApi = useApi(approvalsApiRef);
  const [comment, setComment] = useState('');
  const { isPending, error, run } = useWrite(props.onDone);
  const failure = error && describeError(error);
  return (
    <Dialog isOpen onOpenChange={isOpen => !isOpen && props.onClose()}>
      <DialogHeader>{t('cancel.title')}</DialogHeader>
      <DialogBody style={{ display: 'grid', gap: 'var(--bui-space-4)' }}>
        <Text as="p" color="secondary">
          {t('cancel.text')}
        </Text>
        <TextAreaField
          label={t('vote.comment')}
          secondaryLabel={t('vote.optional')}
          maxLength={4000}
          value={comment}
          onChange={setComment}
        />
        {failure && (
          <Alert
            role="alert"
            status="danger"
            icon
            title={t('cancel.failed', { reason: failure.title })}
            description={failure.remedy}
          />
        )}
      </DialogBody>
      <DialogFooter>
        <Button variant="secondary" onPress={props.onClose}>
          {t('vote.back')}
        </Button>
        <Button
          variant="primary"
          destructive
          isPending={isPending}
          onPress={() =>
            run(() =>
              approvalsApi.cancelRequest(
                props.requestId,
                comment.trim() || undefined,
              ),
            )
          }
        >
          {t('cancel.confirm')}
        </Button>
      </DialogFooter>
    </Dialog>
  );
}
