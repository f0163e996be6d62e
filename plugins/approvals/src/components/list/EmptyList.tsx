import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button, ButtonLink } from '@backstage/ui';
import {
  RiArchiveLine,
  RiCheckDoubleLine,
  RiFilterOffLine,
  RiSendPlaneLine,
} from '@remixicon/react';
import { ListQuery } from '@self-service/plugin-approvals-common';
import { templatesRouteRef } from '../../routes';
import { approvalsTranslationRef } from '../../translation';
import { EmptyState } from '../../ui';

/** Says what an empty list means. */
export function EmptyList(props: {
  view: NonNullable<ListQuery['view']>;
  isFiltered: boolean;
  onClearFilters: () => void;
}) {
  const { t } = useTranslationRef(approvalsTranslationRef);
  const templates = useRouteRef(templatesRouteRef);
  if (props.isFiltered) {
    return (
      <EmptyState
        icon={<RiFilterOffLine aria-hidden />}
        title={t('empty.filteredTitle')}
        description={t('empty.filteredText')}
        action={
          <Button variant="secondary" onPress={props.onClearFilters}>
            {t('filters.clear')}
          </Button>
        }
      />
    );
  }
  switch (props.view) {
    case 'inbox':
      return (
        <EmptyState
          icon={<RiCheckDoubleLine aria-hidden />}
          title={t('empty.inboxTitle')}
          description={t('empty.inboxText')}
        />
      );
    case 'mine':
      return (
        <EmptyState
          icon={<RiSendPlaneLine aria-hidden />}
          title={t('empty.mineTitle')}
          description={t('empty.mineText')}
          action={
            templates && (
              <ButtonLink href={templates()} variant="secondary">
                {t('empty.mineAction')}
              </ButtonLink>
            )
          }
        />
      );
    default:
      return (
        <EmptyState
          icon={<RiArchiveLine aria-hidden />}
          title={t('empty.historyTitle')}
          description={t('empty.historyText')}
        />
      );
  }
}
