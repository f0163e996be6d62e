import {
  BreadcrumbEntry,
  useApi,
  useTranslationRef,
} from '@backstage/frontend-plugin-api';
import { Skeleton } from '@backstage/ui';
import { RequestDetail } from '@self-service/plugin-approvals-common';
import { useCallback } from 'react';
import { useParams } from 'react-router-dom';
import { approvalsApiRef } from '../../api/ApprovalsApi';
import { approvalsTranslationRef } from '../../translation';
import {
  Columns,
  LoadFailure,
  PageContent,
  StaleNotice,
  useLiveQuery,
} from '../../ui';
import { DeliveriesSection } from '../messages/DeliveriesSection';
import { useApprovalsSignal } from '../useApprovalsSignal';
import { FactsSection } from './FactsSection';
import { HistorySection } from './HistorySection';
import { LinksSection } from './LinksSection';
import { Outcome } from './Outcome';
import { ParametersSection } from './ParametersSection';
import { RequestHeader } from './RequestHeader';
import { StagesSection } from './StagesSection';
import { WhySection } from './WhySection';

const POLL_MILLISECONDS = 15_000;

function LoadingRequest() {
  return (
    <div aria-busy="true" style={{ display: 'grid', gap: 16, paddingTop: 16 }}>
      <Skeleton width="60%" height={32} />
      <Skeleton width="100%" height={120} />
      <Skeleton width="100%" height={200} />
    </div>
  );
}

function LoadedRequest(props: {
  detail: RequestDetail;
  onChange: (detail: RequestDetail) => void;
}) {
  const { request, history } = props.detail;
  return (
    <>
      <RequestHeader detail={props.detail} onChange={props.onChange} />
      <Columns
        main={
          <>
            <Outcome request={request} />
            <WhySection request={request} />
            <StagesSection detail={props.detail} />
            <ParametersSection parameters={request.decision.facts.parameters} />
          </>
        }
        side={
          <>
            <FactsSection request={request} />
            <LinksSection request={request} />
            <DeliveriesSection
              detail={props.detail}
              onChange={props.onChange}
            />
            <HistorySection history={history} stages={request.stages} />
          </>
        }
      />
    </>
  );
}

/** The page of one request: what is asked, why, who decides, and the vote. */
export function RequestPage() {
  const { requestId = '' } = useParams();
  const { t } = useTranslationRef(approvalsTranslationRef);
  const approvalsApi = useApi(approvalsApiRef);
  const load = useCallback(
    (signal: AbortSignal) => approvalsApi.getRequest(requestId, { signal }),
    [approvalsApi, requestId],
  );
  const { value, error, refresh, setValue } = useLiveQuery(load, {
    everyMilliseconds: POLL_MILLISECONDS,
    signal: useApprovalsSignal(),
  });
  return (
    <BreadcrumbEntry
      entry={{ label: value?.request.title ?? requestId, href: requestId }}
    >
      <PageContent>
        {error && value && <StaleNotice error={error} onRetry={refresh} />}
        {error && !value && (
          <LoadFailure
            what={t('request.what')}
            error={error}
            onRetry={refresh}
          />
        )}
        {!error && !value && <LoadingRequest />}
        {value && <LoadedRequest detail={value} onChange={setValue} />}
      </PageContent>
    </BreadcrumbEntry>
  );
}
