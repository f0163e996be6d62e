import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Skeleton } from '@backstage/ui';
import { useCallback } from 'react';
import { policyApiRef } from '../../api/PolicyApi';
import { policyTranslationRef } from '../../policyTranslation';
import {
  Columns,
  LoadFailure,
  PageContent,
  StaleNotice,
  useLiveQuery,
} from '../../ui';
import { ApprovalsTabs } from '../ApprovalsTabs';
import { BacktestSection } from './BacktestSection';
import { ReplaySection } from './ReplaySection';
import { StatusSection } from './StatusSection';

const POLL_MILLISECONDS = 15_000;

/** Which policy decides, and what another would have decided. */
export function PolicyPage() {
  const { t } = useTranslationRef(policyTranslationRef);
  const policyApi = useApi(policyApiRef);
  const load = useCallback(
    (signal: AbortSignal) => policyApi.getPolicyStatus({ signal }),
    [policyApi],
  );
  const { value, error, refresh } = useLiveQuery(load, {
    everyMilliseconds: POLL_MILLISECONDS,
  });
  return (
    <PageContent>
      <div style={{ paddingBlock: 'var(--bui-space-2) var(--bui-space-4)' }}>
        <ApprovalsTabs />
      </div>
      {!value && !error && (
        <div aria-busy="true">
          <Skeleton width="100%" height={160} />
        </div>
      )}
      {!value && error && (
        <LoadFailure what={t('policy.what')} error={error} onRetry={refresh} />
      )}
      {value && error && <StaleNotice error={error} onRetry={refresh} />}
      {value && (
        <Columns
          main={
            <>
              <StatusSection status={value} />
              <BacktestSection />
            </>
          }
          side={<ReplaySection />}
        />
      )}
    </PageContent>
  );
}
