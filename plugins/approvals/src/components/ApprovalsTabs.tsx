import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { usePermission } from '@backstage/plugin-permission-react';
import { Tab, TabList, Tabs } from '@backstage/ui';
import {
  approvalsFreezeReadPermission,
  approvalsPolicyReadPermission,
} from '@self-service/plugin-approvals-common';
import { messagesTranslationRef } from '../messagesTranslation';
import { policyTranslationRef } from '../policyTranslation';
import { rootRouteRef } from '../routes';
import { approvalsTranslationRef } from '../translation';
import classes from './ApprovalsTabs.module.css';
import { useInboxCount } from './useInboxCount';

/**
 * The tabs of the Approvals pages; freezes and policy only for those who may
 * see them.
 */
export function ApprovalsTabs() {
  const { t } = useTranslationRef(approvalsTranslationRef);
  const { t: policyText } = useTranslationRef(policyTranslationRef);
  const { t: messagesText } = useTranslationRef(messagesTranslationRef);
  const count = useInboxCount();
  const root = useRouteRef(rootRouteRef)?.() ?? '/approvals';
  const freezes = usePermission({ permission: approvalsFreezeReadPermission });
  const policy = usePermission({ permission: approvalsPolicyReadPermission });
  return (
    <div className={classes.tabs}>
      <Tabs>
        <TabList aria-label={t('list.what')}>
          <Tab id="inbox" href={root}>
            {count
              ? t('tabs.inboxCount', { amount: String(count) })
              : t('tabs.inbox')}
          </Tab>
          <Tab id="mine" href={`${root}/mine`}>
            {t('tabs.mine')}
          </Tab>
          <Tab id="all" href={`${root}/history`}>
            {t('tabs.history')}
          </Tab>
          {freezes.allowed && (
            <Tab id="freezes" href={`${root}/freezes`}>
              {policyText('tabs.freezes')}
            </Tab>
          )}
          {policy.allowed && (
            <Tab id="policy" href={`${root}/policy`}>
              {policyText('tabs.policy')}
            </Tab>
          )}
          <Tab id="messages" href={`${root}/messages`}>
            {messagesText('preferences.tab')}
          </Tab>
        </TabList>
      </Tabs>
    </div>
  );
}
