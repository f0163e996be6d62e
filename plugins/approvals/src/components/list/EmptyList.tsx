import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { ButtonLink } from '@backstage/ui';
import {
  RiArchiveLine,
  RiCheckDoubleLine,
  RiSendPlaneLine,
} from '@remixicon/react';
import { ListQuery } from '@self-service/plugin-approvals-common';
import { templatesRouteRef } from '../../routes';
import { approvalsTranslationRef } from '../../translation';
import { EmptyState } from '../../ui';

/** Says what an empty list means. */
export function EmptyList(props: {
  view: NonNullable<ListQuery['view']>;
  filtered: boolean;
}) {
  const { t } = useTranslationRef(approvalsTranslationRef);
  const templates = useRouteRef(templatesRouteRef);
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
          description={t(
            props.filtered ? 'empty.historyFiltered' : 'empty.historyText',
          )}
        />
      );
  }
}
