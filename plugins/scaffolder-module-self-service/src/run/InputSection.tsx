import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { FactList, Section } from '@self-service/plugin-approvals';
import { runsTranslationRef } from '../translation';

function formatValue(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value) ?? '–';
}

/** What the requester filled in, as submitted; secrets are asterisks there. */
export function InputSection(props: { parameters: Record<string, unknown> }) {
  const { t } = useTranslationRef(runsTranslationRef);
  const entries = Object.entries(props.parameters);
  if (entries.length === 0) {
    return <></>;
  }
  return (
    <Section title={t('run.input')}>
      <FactList
        facts={entries.map(([name, value]) => [
          name,
          <code style={{ whiteSpace: 'pre-wrap' }}>{formatValue(value)}</code>,
        ])}
      />
    </Section>
  );
}
