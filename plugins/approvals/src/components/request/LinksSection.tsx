import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { ApprovalRequest } from '@self-service/plugin-approvals-common';
import { approvalsTranslationRef } from '../../translation';
import { SafeLink, Section } from '../../ui';

/** What an approver can look at: pull request, diff, plan. */
export function LinksSection(props: { request: ApprovalRequest }) {
  const { t } = useTranslationRef(approvalsTranslationRef);
  const { links } = props.request;
  if (links.length === 0) {
    return <></>;
  }
  return (
    <Section title={t('request.links')}>
      <ul style={{ margin: 0, paddingLeft: '1.1rem', lineHeight: 1.8 }}>
        {links.map(({ title, url }) => (
          <li key={`${title} ${url}`}>
            <SafeLink url={url}>{title}</SafeLink>
          </li>
        ))}
      </ul>
    </Section>
  );
}
