import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert, Button, Text, TextAreaField } from '@backstage/ui';
import { RiCheckLine, RiCloseLine } from '@remixicon/react';
import {
  LinkLook,
  RequestDetail,
  Verdict,
} from '@self-service/plugin-approvals-common';
import { useRef, useState } from 'react';
import { messagesApiRef } from '../../api/MessagesApi';
import { messagesTranslationRef } from '../../messagesTranslation';
import { describeError, EntityName, Section } from '../../ui';
import { useStageTitle } from '../request/useStageTitle';
import { useWrite } from '../request/useWrite';
import classes from './decide.module.css';

/**
 * The buttons that decide: one press approves, a rejection needs a comment.
 */
export function DecisionSection(props: {
  token: string;
  look: LinkLook;
  /** Entity ref of who is signed in, once it is known. */
  viewer: string | undefined;
  onDone: (detail: RequestDetail, verdict: Verdict) => void;
  /** Called when the backend refuses: the link may not decide any more. */
  onRefused: () => void;
}) {
  const { t } = useTranslationRef(messagesTranslationRef);
  const messagesApi = useApi(messagesApiRef);
  const getTitle = useStageTitle();
  const { request, stageId } = props.look;
  const stage = request.stages.find(({ id }) => id === stageId);
  const commentRef = useRef<HTMLDivElement>(null);
  const [comment, setComment] = useState('');
  const [isCommentMissing, setCommentMissing] = useState(false);
  const verdict = useRef<Verdict>('approve');
  const { isPending, error, run } = useWrite<RequestDetail>(detail =>
    props.onDone(detail, verdict.current),
  );
  const failure = error && describeError(error);

  const vote = (chosen: Verdict) => {
    const text = comment.trim();
    if (chosen === 'reject' && text === '') {
      setCommentMissing(true);
      commentRef.current?.querySelector('textarea')?.focus();
      return;
    }
    verdict.current = chosen;
    run(async () => {
      try {
        return await messagesApi.voteByLink({
          token: props.token,
          verdict: chosen,
          comment: text === '' ? undefined : text,
        });
      } catch (refusal) {
        props.onRefused();
        throw refusal;
      }
    });
  };

  return (
    <Section title={t('decide.yours')}>
      <div className={classes.decision}>
        <Text as="p" color="secondary">
          {stage && t('decide.yoursText', { stage: getTitle(stage) })}
          {props.viewer && (
            <>
              {' '}
              {t('decide.asYou')} <EntityName entityRef={props.viewer} />.
            </>
          )}
        </Text>
        <TextAreaField
          ref={commentRef}
          label={t('decide.comment')}
          description={isCommentMissing ? undefined : t('decide.commentHint')}
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
            {t('decide.commentMissing')}
          </Text>
        )}
        {failure && (
          <Alert
            role="alert"
            status="danger"
            icon
            title={t('decide.failed', { reason: failure.title })}
            description={failure.remedy}
          />
        )}
        <div className={classes.buttons}>
          <Button
            variant="primary"
            iconStart={<RiCheckLine />}
            isPending={isPending && verdict.current === 'approve'}
            isDisabled={isPending && verdict.current !== 'approve'}
            onPress={() => vote('approve')}
          >
            {t('decide.approve')}
          </Button>
          <Button
            variant="secondary"
            destructive
            iconStart={<RiCloseLine />}
            isPending={isPending && verdict.current === 'reject'}
            isDisabled={isPending && verdict.current !== 'reject'}
            onPress={() => vote('reject')}
          >
            {t('decide.reject')}
          </Button>
        </div>
      </div>
    </Section>
  );
}
