import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Text } from '@backstage/ui';
import {
  ApprovalSummary,
  RelativeTime,
  SafeLink,
  Section,
} from '@self-service/plugin-approvals';
import { Suspension } from '@self-service/plugin-runs-common';
import { failureTranslationRef } from '../failureTranslation';
import { runsTranslationRef } from '../translation';
import { formatUntil } from './formatUntil';
import { ShownRun } from './useRun';

function OtherWait(props: { suspension: Suspension }) {
  const { t } = useTranslationRef(runsTranslationRef);
  const { suspension } = props;
  return (
    <Section title={t('waiting.titleOther')}>
      <div style={{ display: 'grid', gap: 'var(--bui-space-2)' }}>
        <Text as="p">
          <strong>{suspension.title}</strong>
          {', '}
          {t('waiting.since')} <RelativeTime at={suspension.createdAt} />
        </Text>
        {suspension.url && (
          <SafeLink url={suspension.url}>{t('waiting.look')}</SafeLink>
        )}
        <Text as="p" color="secondary">
          {t('waiting.textOther')}
        </Text>
      </div>
    </Section>
  );
}

/** A step that is tried again by itself: when. */
function TimerWait(props: { suspension: Suspension; now: number }) {
  const { t } = useTranslationRef(failureTranslationRef);
  const { suspension, now } = props;
  // `<ISO 8601>|<id>`
  const [at] = suspension.wait.ref.split('|');
  return (
    <Section title={t('timer.title')}>
      <Text as="p">
        <strong>{suspension.title}</strong>
      </Text>
      {!Number.isNaN(Date.parse(at)) && (
        <Text as="p" color="secondary">
          {t('timer.at')}{' '}
          <time dateTime={at} title={new Date(at).toLocaleString()}>
            {formatUntil(at, now)}
          </time>
          .
        </Text>
      )}
    </Section>
  );
}

/** What a waiting run waits for: who can decide, why, and since when. */
export function WaitingCard(props: { state: ShownRun }) {
  const { t } = useTranslationRef(runsTranslationRef);
  const { status, suspension, approvals, now } = props.state;
  // A question to a person has a card of its own.
  if (
    status !== 'waiting' ||
    !suspension ||
    suspension.wait.kind === 'intervention'
  ) {
    return <></>;
  }
  if (suspension.wait.kind === 'timer') {
    return <TimerWait suspension={suspension} now={now} />;
  }
  const request =
    suspension.wait.kind === 'approval' &&
    (approvals.requests.find(({ id }) => id === suspension.wait.ref) ??
      approvals.requests.find(candidate => candidate.status === 'pending'));
  if (!request) {
    return <OtherWait suspension={suspension} />;
  }
  return (
    <Section
      title={t(
        request.status === 'pending' ? 'waiting.title' : 'waiting.titleDecided',
      )}
    >
      <ApprovalSummary request={request} />
      <Text
        as="p"
        color="secondary"
        style={{ marginTop: 'var(--bui-space-3)', lineHeight: 1.5 }}
      >
        {t('waiting.text')}
      </Text>
    </Section>
  );
}
