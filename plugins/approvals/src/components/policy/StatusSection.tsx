import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert } from '@backstage/ui';
import { PolicyStatusReport } from '@self-service/plugin-approvals-common';
import { PolicyTexts, policyTranslationRef } from '../../policyTranslation';
import {
  FactList,
  RelativeTime,
  Section,
  Sentences,
  StatusChip,
  StatusTone,
} from '../../ui';
import classes from './policy.module.css';

function readState(
  status: PolicyStatusReport,
): [StatusTone, 'working' | 'older' | 'fromArchive' | 'none'] {
  if (!status.loaded) {
    return ['failure', 'none'];
  }
  if (status.loaded.fromArchive) {
    return ['attention', 'fromArchive'];
  }
  return status.lastError ? ['attention', 'older'] : ['success', 'working'];
}

type Settings = NonNullable<PolicyStatusReport['settings']>;

function formatMoney(amount: number, currency: string): string {
  try {
    return new Intl.NumberFormat('en-US', {
      style: 'currency',
      currency,
      minimumFractionDigits: Number.isInteger(amount) ? 0 : 2,
    }).format(amount);
  } catch {
    // Policy data may name a currency that Intl does not accept.
    return `${amount} ${currency}`;
  }
}

/** What the settings of the shipped policy mean. */
function describeSettings(t: PolicyTexts, settings: Settings): string[] {
  const { environments, cost } = settings;
  const asksNobody = (setting: unknown) =>
    typeof setting === 'object' &&
    setting !== null &&
    'approval' in setting &&
    setting.approval === false;
  const names = (isFree: boolean) =>
    Object.keys(environments)
      .filter(name => asksNobody(environments[name]) === isFree)
      .join(', ');
  const money = (amount: number) => formatMoney(amount, cost.currency);
  const highRisk = settings.high_risk_operations.join(', ');
  const compliance = settings.compliance_operations.join(', ');
  return [
    names(false) && t('policy.needsLead', { environments: names(false) }),
    names(true) && t('policy.needsNobody', { environments: names(true) }),
    t('policy.leadFrom', { amount: money(cost.lead_from) }),
    t('policy.financeAbove', { amount: money(cost.finance_above) }),
    t('policy.scope'),
    highRisk && t('policy.highRisk', { operations: highRisk }),
    compliance && t('policy.compliance', { operations: compliance }),
  ].filter(sentence => sentence !== '');
}

function Rules(props: { settings: Settings }) {
  const { t } = useTranslationRef(policyTranslationRef);
  return (
    <Section title={t('policy.rules')}>
      <Sentences sentences={describeSettings(t, props.settings)} />
      <details>
        <summary className={classes.summary}>{t('policy.settings')}</summary>
        <pre className={classes.settings}>
          {JSON.stringify(props.settings, undefined, 2)}
        </pre>
      </details>
    </Section>
  );
}

/** A server by its address, a file by its name; where it is, in a tooltip. */
function Source(props: { source: string }) {
  const { source } = props;
  const name = /^https?:/i.test(source) ? source : source.split(/[\\/]/).at(-1);
  return <code title={source}>{name}</code>;
}

/** Which policy decides, what went wrong last, and what its settings say. */
export function StatusSection(props: { status: PolicyStatusReport }) {
  const { t } = useTranslationRef(policyTranslationRef);
  const { status } = props;
  const { loaded, lastError, lastCheckedAt } = status;
  const [tone, state] = readState(status);
  return (
    <>
      {lastError && (
        <Alert
          role="alert"
          status={loaded ? 'warning' : 'danger'}
          icon
          title={`${t('policy.error')}: ${lastError.message}`}
          description={t('policy.errorText')}
        />
      )}
      <Section
        title={t('policy.status')}
        aside={<StatusChip tone={tone} label={t(`policy.${state}`)} />}
      >
        <FactList
          facts={[
            [t('policy.source'), <Source source={status.source} />],
            [
              t('policy.revision'),
              loaded && <code>{loaded.revision.slice(0, 12)}</code>,
            ],
            [
              t('policy.bundleDigest'),
              loaded && <code>{loaded.bundleDigest.slice(0, 12)}</code>,
            ],
            [
              t('policy.dataDigest'),
              loaded && <code>{loaded.dataDigest.slice(0, 12)}</code>,
            ],
            [t('policy.loaded'), loaded && <RelativeTime at={loaded.at} />],
            [
              t('policy.checked'),
              lastCheckedAt && <RelativeTime at={lastCheckedAt} />,
            ],
          ]}
        />
      </Section>
      {status.settings && <Rules settings={status.settings} />}
    </>
  );
}
