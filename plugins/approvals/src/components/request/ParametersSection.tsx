import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Text } from '@backstage/ui';
import { approvalsTranslationRef } from '../../translation';
import { FactList, Section } from '../../ui';

function formatValue(value: unknown): string {
  if (typeof value === 'string') {
    return value === '' ? '–' : value;
  }
  if (Array.isArray(value) && value.every(item => typeof item === 'string')) {
    return value.join(', ');
  }
  return JSON.stringify(value) ?? '–';
}

/** What the requester filled in, as submitted. */
export function ParametersSection(props: {
  parameters: Record<string, unknown>;
}) {
  const { t } = useTranslationRef(approvalsTranslationRef);
  const entries = Object.entries(props.parameters);
  return (
    <Section title={t('request.parameters')}>
      {entries.length > 0 ? (
        <FactList
          facts={entries.map(([name, value]) => [
            name,
            <code style={{ whiteSpace: 'pre-wrap' }}>
              {formatValue(value)}
            </code>,
          ])}
        />
      ) : (
        <Text color="secondary">{t('request.noParameters')}</Text>
      )}
    </Section>
  );
}
