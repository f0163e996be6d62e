import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  Alert,
  Button,
  Radio,
  RadioGroup,
  Text,
  TextAreaField,
} from '@backstage/ui';
import {
  describeError,
  EntityName,
  RelativeTime,
  Section,
  useWrite,
} from '@self-service/plugin-approvals';
import {
  Intervention,
  InterventionAnswer,
} from '@self-service/plugin-runs-common';
import { useState } from 'react';
import { runsApiRef } from '../api/RunsApi';
import { failureTranslationRef } from '../failureTranslation';
import { runsTranslationRef } from '../translation';
import classes from './InterventionCard.module.css';
import { ProblemDetails } from './ProblemDetails';
import { useMembership } from './useMembership';
import { ShownRun } from './useRun';

const ANSWERS = [
  { id: 'continue', hint: 'intervention.continueHint' },
  { id: 'retry', hint: 'intervention.retryHint' },
  { id: 'give-up', hint: 'intervention.giveUpHint' },
] as const;

function AnswerForm(props: {
  intervention: Intervention;
  refresh: () => Promise<void>;
}) {
  const { t } = useTranslationRef(failureTranslationRef);
  const { t: runTexts } = useTranslationRef(runsTranslationRef);
  const runsApi = useApi(runsApiRef);
  const [answer, setAnswer] = useState<InterventionAnswer>();
  const [comment, setComment] = useState('');
  const { isPending, error, run } = useWrite(() => props.refresh());
  const failure = error && describeError(error);
  return (
    <form
      className={classes.form}
      onSubmit={event => {
        event.preventDefault();
        if (answer) {
          run(() =>
            runsApi.answer(props.intervention.id, {
              answer,
              comment: comment.trim() || undefined,
            }),
          );
        }
      }}
    >
      <RadioGroup
        label={t('intervention.answers')}
        value={answer ?? ''}
        onChange={value =>
          setAnswer(ANSWERS.find(({ id }) => id === value)?.id ?? answer)
        }
      >
        {ANSWERS.map(({ id, hint }) => (
          <Radio key={id} value={id}>
            <span>
              <strong>{t(`intervention.${id}`)}</strong>
              <span className={classes.hint}>{t(hint)}</span>
            </span>
          </Radio>
        ))}
      </RadioGroup>
      <TextAreaField
        label={t('intervention.comment')}
        maxLength={2000}
        value={comment}
        onChange={setComment}
      />
      {failure && (
        <Alert
          role="alert"
          status="danger"
          icon
          title={runTexts('action.failed', { reason: failure.title })}
          description={failure.remedy}
        />
      )}
      <div>
        <Button
          type="submit"
          variant="primary"
          isPending={isPending}
          isDisabled={!answer}
        >
          {t(answer ? `intervention.${answer}` : 'intervention.choose')}
        </Button>
      </div>
    </form>
  );
}

function OpenIntervention(props: {
  intervention: Intervention;
  step?: string;
  refresh: () => Promise<void>;
}) {
  const { t } = useTranslationRef(failureTranslationRef);
  const { intervention, step } = props;
  const isMember = useMembership(intervention.group);
  return (
    <Section
      title={
        step ? t('intervention.titleStep', { step }) : t('intervention.title')
      }
    >
      <div className={classes.card}>
        <Text as="p" color="secondary">
          {t('intervention.asked')}{' '}
          <EntityName entityRef={intervention.group} defaultKind="group" />{' '}
          {t('intervention.since')} <RelativeTime at={intervention.createdAt} />
        </Text>
        <div>
          <h3 className={classes.heading}>{t('intervention.instructions')}</h3>
          <p className={classes.instructions}>{intervention.instructions}</p>
        </div>
        <ProblemDetails problem={intervention.problem} />
        {isMember ? (
          <AnswerForm intervention={intervention} refresh={props.refresh} />
        ) : (
          <Text as="p" color="secondary">
            {t('intervention.notYou')}
          </Text>
        )}
      </div>
    </Section>
  );
}

/** Steps that could not go on: what a person is to do, and their answer. */
export function InterventionCards(props: {
  state: ShownRun;
  refresh: () => Promise<void>;
}) {
  const { run, view } = props.state;
  if (run.state?.phase !== 'active') {
    return <></>;
  }
  return (
    <>
      {run.state.interventions
        .filter(({ answer }) => answer === undefined)
        .map(intervention => (
          <OpenIntervention
            key={intervention.id}
            intervention={intervention}
            step={view.steps.find(({ id }) => id === intervention.stepId)?.name}
            refresh={props.refresh}
          />
        ))}
    </>
  );
}
