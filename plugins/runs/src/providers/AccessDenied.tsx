import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { RiLockLine } from '@remixicon/react';
import { EmptyState } from '@self-service/plugin-approvals';
import { runsProviderReadPermission } from '@self-service/plugin-runs-common';
import { providersTranslationRef } from '../translation';

/** Whether the backend refuses because of who asks. */
export function isDenied(error: Error): boolean {
  return 'statusCode' in error && error.statusCode === 403;
}

/** Says who may see the providers, and whom to ask. */
export function AccessDenied() {
  const { t } = useTranslationRef(providersTranslationRef);
  return (
    <EmptyState
      icon={<RiLockLine aria-hidden />}
      title={t('denied.title')}
      description={t('denied.text', {
        permission: runsProviderReadPermission.name,
      })}
    />
  );
}
