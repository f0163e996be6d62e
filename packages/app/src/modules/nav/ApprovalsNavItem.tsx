import { SidebarItem } from '@backstage/core-components';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { NavContentNavItem } from '@backstage/plugin-app-react';
import {
  approvalsTranslationRef,
  useInboxCount,
} from '@self-service/plugin-approvals';
import classes from './nav.module.css';

const MOST = 99;

/** The Approvals page in the navigation, with how many requests wait. */
export function ApprovalsNavItem(props: { item: NavContentNavItem }) {
  const { t } = useTranslationRef(approvalsTranslationRef);
  const { item } = props;
  const count = useInboxCount();
  const badge = count ? (
    <span
      className={classes.badge}
      aria-label={t('nav.count', { amount: String(count) })}
    >
      {count > MOST ? `${MOST}+` : count}
    </span>
  ) : undefined;
  return (
    <SidebarItem
      icon={() => (
        <span className={classes.icon}>
          {item.icon}
          {badge}
        </span>
      )}
      to={item.href}
      text={item.title}
    />
  );
}
