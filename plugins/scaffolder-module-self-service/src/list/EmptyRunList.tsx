import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button, ButtonLink } from '@backstage/ui';
import { RiFilterOffLine, RiListCheck2 } from '@remixicon/react';
import { EmptyState } from '@self-service/plugin-approvals';
import { createRootRouteRef } from '../routes';
import { runsTranslationRef } from '../translation';

/** Which list is empty: that decides what it means. */
export type EmptyKind = 'mine' | 'team' | 'all' | 'entity' | 'filtered';

/** Says what an empty list of runs means. */
export function EmptyRunList(props: {
  kind: EmptyKind;
  onClearFilters?: () => void;
}) {
  const { t } = useTranslationRef(runsTranslationRef);
  const templates = useRouteRef(createRootRouteRef);
  switch (props.kind) {
    case 'filtered':
      return (
        <EmptyState
          icon={<RiFilterOffLine aria-hidden />}
          title={t('list.emptyFilteredTitle')}
          description={t('list.emptyFiltered')}
          action={
            props.onClearFilters && (
              <Button variant="secondary" onPress={props.onClearFilters}>
                {t('list.clear')}
              </Button>
            )
          }
        />
      );
    case 'entity':
      return (
        <EmptyState
          icon={<RiListCheck2 aria-hidden />}
          title={t('list.emptyEntityTitle')}
          description={t('list.emptyEntityText')}
        />
      );
    default:
      return (
        <EmptyState
          icon={<RiListCheck2 aria-hidden />}
          title={t('list.emptyTitle')}
          description={t(
            props.kind === 'team' ? 'list.emptyTeamText' : 'list.emptyText',
          )}
          action={
            templates && (
              <ButtonLink href={templates()} variant="secondary">
                {t('list.emptyAction')}
              </ButtonLink>
            )
          }
        />
      );
  }
}
