import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Text } from '@backstage/ui';
import {
  ApprovalSummary,
  RelativeTime,
  SafeLink,
  Section,
} from '@self-service/plugin-approvals';
import { Suspension } from '@self-service/plugin-runs-common';
import { runsTranslationRef } from '../translation';
import { RunState } from './useRun';

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

/** What a waiting run waits for: who can decide, why, and since when. */
export function WaitingCard(props: { state: RunState }) {
  const { t } = useTranslationRef(runsTranslationRef);
  const { status, suspension, approvals } = props.state;
  if (status !== 'waiting' || !suspension) {
    return <></>;
  }
  const request =
    approvals.requests.find(({ id }) => id === suspension.wait.ref) ??
    approvals.requests.find(candidate => candidate.status === 'pending');
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
