import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Text } from '@backstage/ui';
import { ApprovalRequest } from '@self-service/plugin-approvals-common';
import { approvalsTranslationRef } from '../../translation';
import { Section, Sentences } from '../../ui';

/** Policy's reasons in plain words. */
export function WhySection(props: { request: ApprovalRequest }) {
  const { t } = useTranslationRef(approvalsTranslationRef);
  const { explanations } = props.request.decision;
  return (
    <Section title={t('request.why')}>
      {explanations.length > 0 ? (
        <Sentences sentences={explanations} />
      ) : (
        <Text color="secondary">{t('request.noReasons')}</Text>
      )}
    </Section>
  );
}
