import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  Alert,
  Button,
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
  Radio,
  RadioGroup,
  Text,
  TextAreaField,
} from '@backstage/ui';
import {
  RequestDetail,
  Stage,
  Verdict,
} from '@self-service/plugin-approvals-common';
import { useState } from 'react';
import { approvalsApiRef } from '../../api/ApprovalsApi';
import { approvalsTranslationRef } from '../../translation';
import { describeError } from '../../ui';
import { useStageTitle } from './useStageTitle';
import { useWrite } from './useWrite';

function StageChoice(props: {
  stages: Stage[];
  chosen: string;
  onChange: (stageId: string) => void;
}) {
  const { t } = useTranslationRef(approvalsTranslationRef);
  const getTitle = useStageTitle();
  return (
    <RadioGroup
      label={t('vote.stage')}
      value={props.chosen}
      onChange={props.onChange}
    >
      {props.stages.map(stage => (
        <Radio key={stage.id} value={stage.id}>
          {getTitle(stage)}
        </Radio>
      ))}
    </RadioGroup>
  );
}

/** Asks for the comment, and casts the vote. */
export function VoteDialog(props: {
  detail: RequestDetail;
  verdict: Verdict;
  onClose: () => void;
  onDone: (detail: RequestDetail) => void;
}) {
  const { verdict } = props;
  const { request, viewer } = props.detail;
  const { t } = useTranslationRef(approvalsTranslationRef);
  const approvalsApi = useApi(approvalsApiRef);
  const stages = request.stages.filter(({ id }) =>
    viewer.votableStages.includes(id),
  );
  const [stageId, setStageId] = useState(stages[0]?.id);
  const [comment, setComment] = useState('');
  const [isCommentMissing, setCommentMissing] = useState(false);
  const { isPending, error, run } = useWrite(props.onDone);
  const isRejection = verdict === 'reject';

  const vote = () => {
    const text = comment.trim();
    if (isRejection && text === '') {
      setCommentMissing(true);
      return;
    }
    run(() =>
      approvalsApi.castVote(request.id, {
        verdict,
        comment: text === '' ? undefined : text,
        stageId: stages.length > 1 ? stageId : undefined,
      }),
    );
  };

  const failure = error && describeError(error);
  return (
    <Dialog isOpen onOpenChange={isOpen => !isOpen && props.onClose()}>
      <DialogHeader>
        {t(isRejection ? 'vote.rejectTitle' : 'vote.approveTitle')}
      </DialogHeader>
      <DialogBody style={{ display: 'grid', gap: 'var(--bui-space-4)' }}>
        <div>
          <Text as="p" weight="bold">
            {request.title}
          </Text>
          <Text as="p" color="secondary">
            {t(isRejection ? 'vote.rejectText' : 'vote.approveText')}
          </Text>
        </div>
        {stages.length > 1 && (
          <StageChoice stages={stages} chosen={stageId} onChange={setStageId} />
        )}
        <TextAreaField
          label={t('vote.comment')}
          secondaryLabel={isRejection ? undefined : t('vote.optional')}
          description={
            isRejection && !isCommentMissing ? t('vote.rejectHint') : undefined
          }
          isRequired={isRejection}
          isInvalid={isCommentMissing}
          validationBehavior="aria"
          maxLength={4000}
          value={comment}
          onChange={value => {
            setComment(value);
            setCommentMissing(false);
          }}
        />
        {isCommentMissing && (
          <Text as="p" role="alert" color="danger">
            {t('vote.rejectHint')}
          </Text>
        )}
        {failure && (
          <Alert
            role="alert"
            status="danger"
            icon
            title={t('vote.failed', { reason: failure.title })}
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
          destructive={isRejection}
          isPending={isPending}
          onPress={vote}
        >
          {t(isRejection ? 'request.reject' : 'request.approve')}
        </Button>
      </DialogFooter>
    </Dialog>
  );
}
