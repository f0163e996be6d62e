import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Text } from '@backstage/ui';
import { ApprovalRequest } from '@self-service/plugin-approvals-common';
import { approvalsTranslationRef } from '../../translation';
import { Section } from '../../ui';
import { Explanations } from '../Explanations';

/** Policy's reasons in plain words. */
export function WhySection(props: { request: ApprovalRequest }) {
  const { t } = useTranslationRef(approvalsTranslationRef);
  const { decision } = props.request.decision;
  return (
    <Section title={t('request.why')}>
      {decision.reasons.length > 0 ? (
        <Explanations decision={decision} />
      ) : (
        <Text color="secondary">{t('request.noReasons')}</Text>
      )}
    </Section>
  );
}
