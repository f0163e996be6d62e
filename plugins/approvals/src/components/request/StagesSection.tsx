import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert, Text } from '@backstage/ui';
import { RiArrowUpDoubleLine } from '@remixicon/react';
import {
  RequestDetail,
  Stage,
  Vote,
} from '@self-service/plugin-approvals-common';
import { approvalsTranslationRef } from '../../translation';
import { EntityName, EntityNames, RelativeTime, Section } from '../../ui';
import { StageStatusChip } from '../chips';
import classes from './StagesSection.module.css';
import { useStageTitle } from './useStageTitle';

function Approvers(props: { approvers: Stage['approvers'] }) {
  const { t } = useTranslationRef(approvalsTranslationRef);
  return (
    <>
      {props.approvers.map(({ leadOf, group }, index) => (
        <span key={leadOf ?? group}>
          {index > 0 && ', '}
          {t(leadOf ? 'stage.leadOf' : 'stage.membersOf')}{' '}
          <EntityName entityRef={leadOf ?? group} defaultKind="group" />
        </span>
      ))}
    </>
  );
}

function VoteLine(props: { vote: Vote }) {
  const { t } = useTranslationRef(approvalsTranslationRef);
  const { vote } = props;
  return (
    <li className={classes.vote}>
      <span>
        <EntityName entityRef={vote.voter} />{' '}
        <strong>
          {t(
            vote.verdict === 'approve'
              ? 'stage.approvedBy'
              : 'stage.rejectedBy',
          )}
        </strong>{' '}
        <span className={classes.secondary}>
          <RelativeTime at={vote.createdAt} />
        </span>
      </span>
      {vote.comment && (
        <blockquote className={classes.comment}>{vote.comment}</blockquote>
      )}
    </li>
  );
}

function Escalation(props: { stage: Stage }) {
  const { t } = useTranslationRef(approvalsTranslationRef);
  const { escalatedAt, escalatedTo = [] } = props.stage;
  if (!escalatedAt) {
    return <></>;
  }
  return (
    <p className={classes.escalation}>
      <RiArrowUpDoubleLine aria-hidden />
      <span>
        <strong>{t('stage.escalated')}</strong>{' '}
        <RelativeTime at={escalatedAt} />{' '}
        {escalatedTo.length > 0 ? (
          <>
            {t('stage.escalatedTo')} <Approvers approvers={escalatedTo} />
          </>
        ) : (
          <>({t('stage.escalatedToNobody')})</>
        )}
      </span>
    </p>
  );
}

function StageCard(props: { stage: Stage; votable: boolean }) {
  const { t } = useTranslationRef(approvalsTranslationRef);
  const getTitle = useStageTitle();
  const { stage } = props;
  const isUndecided = stage.status === 'open' || stage.status === 'waiting';
  return (
    <li className={classes.stage}>
      <div className={classes.stageHead}>
        <span>
          <strong>{getTitle(stage)}</strong>{' '}
          <span className={classes.secondary}>
            <Approvers approvers={stage.approvers} />
          </span>
        </span>
        <StageStatusChip status={stage.status} />
      </div>
      {isUndecided && (
        <div className={classes.details}>
          <span>
            {t('stage.canDecide')}:{' '}
            {stage.eligible.length > 0 ? (
              <EntityNames entityRefs={stage.eligible} />
            ) : (
              t('stage.nobody')
            )}
          </span>
          {stage.quorum > 1 && (
            <span>{t('stage.quorum', { amount: String(stage.quorum) })}</span>
          )}
          {stage.dueAt && (
            <span>
              {t('stage.due')} <RelativeTime at={stage.dueAt} />
            </span>
          )}
        </div>
      )}
      <Escalation stage={stage} />
      {props.votable && (
        <Text as="p" weight="bold" color="info">
          {t('stage.you')}
        </Text>
      )}
      {isUndecided && stage.problem && (
        <Alert status="warning" icon title={stage.problem} />
      )}
      {stage.votes.length > 0 && (
        <ul className={classes.votes}>
          {stage.votes.map(vote => (
            <VoteLine key={vote.id} vote={vote} />
          ))}
        </ul>
      )}
    </li>
  );
}

/** Who decides, how far that is, and why the reader can't vote. */
export function StagesSection(props: {
  detail: Pick<RequestDetail, 'request' | 'viewer'>;
}) {
  const { t } = useTranslationRef(approvalsTranslationRef);
  const { request, viewer } = props.detail;
  const { decision } = request.decision;
  const stages = [...request.stages].sort(
    (left, right) => left.position - right.position,
  );
  return (
    <Section
      title={t('request.whoDecides')}
      aside={
        stages.length > 1 && (
          <Text color="secondary">
            {t(
              'type' in decision && decision.type === 'sequential'
                ? 'request.sequential'
                : 'request.parallel',
            )}
          </Text>
        )
      }
    >
      <ol className={classes.stages}>
        {stages.map(stage => (
          <StageCard
            key={stage.id}
            stage={stage}
            votable={viewer.votableStages.includes(stage.id)}
          />
        ))}
      </ol>
      {request.status === 'pending' && viewer.cannotVoteBecause && (
        <Alert
          status="info"
          icon
          title={viewer.cannotVoteBecause}
          style={{ marginTop: 'var(--bui-space-3)' }}
        />
      )}
    </Section>
  );
}
