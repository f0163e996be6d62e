import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button, ButtonLink } from '@backstage/ui';
import { RiBox3Line, RiFilterOffLine, RiLockLine } from '@remixicon/react';
import { EmptyState } from '@self-service/plugin-approvals';
import {
  ResourceFilter,
  runsRunListPermission,
} from '@self-service/plugin-runs-common';
import { resourcesTranslationRef } from '../resourcesTranslation';
import { templatesRouteRef } from '../routes';

/** Says what an empty list of resources means. */
export function EmptyResourceList(props: {
  view: ResourceFilter['view'];
  isFiltered: boolean;
  onClearFilters: () => void;
}) {
  const { t } = useTranslationRef(resourcesTranslationRef);
  const templates = useRouteRef(templatesRouteRef);
  const { view } = props;
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
  return (
    <EmptyState
      icon={<RiBox3Line aria-hidden />}
      title={t(`empty.${view}Title`)}
      description={t(`empty.${view}Text`)}
      action={
        view === 'mine' &&
        templates && (
          <ButtonLink href={templates()} variant="secondary">
            {t('empty.mineAction')}
          </ButtonLink>
        )
      }
    />
  );
}

/** Says who may see everybody's resources. */
export function DeniedResourceList() {
  const { t } = useTranslationRef(resourcesTranslationRef);
  return (
    <EmptyState
      icon={<RiLockLine aria-hidden />}
      title={t('denied.title')}
      description={t('denied.text', {
        permission: runsRunListPermission.name,
      })}
    />
  );
}
