import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { HistoryEntry, Stage } from '@self-service/plugin-approvals-common';
import { ApprovalsTexts, approvalsTranslationRef } from '../../translation';
import { EntityName, EntityNames, RelativeTime, Section } from '../../ui';
import classes from './HistorySection.module.css';
import { readHistoryDetail } from './readHistoryDetail';
import { useStageTitle } from './useStageTitle';

/** How the approvals backend names itself in a history. */
const SELF = 'approvals';

function Actor(props: { actor: string }) {
  const { t } = useTranslationRef(approvalsTranslationRef);
  if (props.actor === SELF) {
    return <>{t('history.itself')}</>;
  }
  // A service's name reads like an entity reference (`plugin:approvals`).
  return props.actor.startsWith('user:') ? (
    <EntityName entityRef={props.actor} />
  ) : (
    <>{props.actor}</>
  );
}

/** Events as the backend writes them. */
const EVENTS = {
  created: 'historyEvent.created',
  voted: 'historyEvent.voted',
  'vote withdrawn': 'historyEvent.voteWithdrawn',
  'stage opened': 'historyEvent.stageOpened',
  'stage approved': 'historyEvent.stageApproved',
  'stage rejected': 'historyEvent.stageRejected',
  'stage expired': 'historyEvent.stageExpired',
  'stage escalated': 'historyEvent.stageEscalated',
  'stage stuck': 'historyEvent.stageStuck',
  'stage unstuck': 'historyEvent.stageUnstuck',
  'approvers reminded': 'historyEvent.approversReminded',
  approved: 'historyEvent.approved',
  rejected: 'historyEvent.rejected',
  expired: 'historyEvent.expired',
  cancelled: 'historyEvent.cancelled',
} as const;

function isKnown(event: string): event is keyof typeof EVENTS {
  return Object.hasOwn(EVENTS, event);
}

function toWords(event: string, t: ApprovalsTexts): string {
  if (isKnown(event)) {
    return t(EVENTS[event]);
  }
  const words = event.replace(/[-_.]/g, ' ');
  return words.charAt(0).toLocaleUpperCase('en-US') + words.slice(1);
}

/** A stage in a sentence: its title, and of whom where a lead decides. */
function StageWords(props: { stage: Stage; lowerCase: boolean }) {
  const { t } = useTranslationRef(approvalsTranslationRef);
  const title = useStageTitle()(props.stage);
  if (props.stage.kind !== 'team-lead') {
    return <>{title}</>;
  }
  const led = props.stage.approvers.flatMap(({ leadOf }) => leadOf ?? []);
  return (
    <>
      {t(props.lowerCase ? 'history.teamLead' : 'stageKind.team-lead')}
      {led.length > 0 && (
        <>
          {' '}
          {t('history.of')} <EntityNames entityRefs={led} defaultKind="group" />
        </>
      )}
    </>
  );
}

const VERDICT_WORDS = {
  approve: 'history.approvedAs',
  reject: 'history.rejectedAs',
} as const;

function Detail(props: { entry: HistoryEntry; stages: Stage[] }) {
  const { t } = useTranslationRef(approvalsTranslationRef);
  const { verdict, stage, addedRefs, text } = readHistoryDetail(
    props.entry,
    props.stages,
  );
  return (
    <>
      {stage && (
        <span className={classes.detail}>
          {verdict && <>{t(VERDICT_WORDS[verdict])} </>}
          <StageWords stage={stage} lowerCase={verdict !== undefined} />
        </span>
      )}
      {addedRefs && addedRefs.length > 0 && (
        <span className={classes.detail}>
          {t('history.added')}{' '}
          <EntityNames entityRefs={addedRefs} defaultKind="group" />
        </span>
      )}
      {text && <span className={classes.detail}>{text}</span>}
    </>
  );
}

/** What has happened with the request, newest first. */
export function HistorySection(props: {
  history: HistoryEntry[];
  /** Stages of the request, which the history names as policy does. */
  stages: Stage[];
}) {
  const { t } = useTranslationRef(approvalsTranslationRef);
  if (props.history.length === 0) {
    return <></>;
  }
  return (
    <Section title={t('request.history')}>
      <ol className={classes.timeline}>
        {[...props.history].reverse().map((entry, index) => (
          <li key={index}>
            <strong>{toWords(entry.event, t)}</strong>
            <span className={classes.secondary}>
              <Actor actor={entry.actor} /> · <RelativeTime at={entry.at} />
            </span>
            <Detail entry={entry} stages={props.stages} />
          </li>
        ))}
      </ol>
    </Section>
  );
}
