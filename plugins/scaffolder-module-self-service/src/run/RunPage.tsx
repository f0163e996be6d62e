import {
  BreadcrumbEntry,
  useTranslationRef,
} from '@backstage/frontend-plugin-api';
import { Skeleton } from '@backstage/ui';
import {
  Columns,
  LoadFailure,
  PageContent,
  StaleNotice,
} from '@self-service/plugin-approvals';
import { useParams } from 'react-router-dom';
import { runsTranslationRef } from '../translation';
import { formatTabTitle, readTemplateTitle, readThingName } from '../words';
import { ApprovalsSection } from './ApprovalsSection';
import { EffectsSection } from './EffectsSection';
import { HistorySection } from './HistorySection';
import { InputSection } from './InputSection';
import { InterventionCards } from './InterventionCard';
import { OutcomeCard } from './OutcomeCard';
import { PhaseCard, RelatedRuns } from './PhaseCard';
import { ResultSection } from './ResultSection';
import { RunAnnouncer } from './RunAnnouncer';
import { RunHeader } from './RunHeader';
import { StepsSection } from './StepsSection';
import { useDocumentTitle } from './useDocumentTitle';
import { isActing, ShownRun, useRun } from './useRun';
import { WaitingCard } from './WaitingCard';

function LoadingRun() {
  return (
    <div aria-busy="true" style={{ display: 'grid', gap: 16, paddingTop: 16 }}>
      <Skeleton width="50%" height={32} />
      <Skeleton width="100%" height={56} />
      <Skeleton width="100%" height={56} />
      <Skeleton width="100%" height={56} />
    </div>
  );
}

function LoadedRun(props: { state: ShownRun; refresh: () => Promise<void> }) {
  const { state, refresh } = props;
  return (
    <>
      <RunAnnouncer status={state.status} />
      <RunHeader state={state} refresh={refresh} />
      <Columns
        main={
          <>
            <RelatedRuns state={state} />
            <PhaseCard state={state} />
            <OutcomeCard state={state} />
            <InterventionCards state={state} refresh={refresh} />
            <WaitingCard state={state} />
            <ResultSection state={state} />
            <StepsSection state={state} refresh={refresh} />
          </>
        }
        side={
          <>
            <EffectsSection
              effects={state.run.effects}
              isRunning={isActing(state)}
            />
            <ApprovalsSection state={state} refresh={refresh} />
            <InputSection parameters={state.task.spec.parameters} />
            <HistorySection state={state} />
          </>
        }
      />
    </>
  );
}

/** The page of one run, in place of the stock one. */
export function RunPage() {
  const { taskId = '' } = useParams();
  const { t } = useTranslationRef(runsTranslationRef);
  const { state, error, refresh } = useRun(taskId);
  const title =
    state &&
    (state.run.state?.title ??
      readThingName(state.task.spec) ??
      readTemplateTitle(state.task.spec) ??
      taskId);
  useDocumentTitle(
    state &&
      formatTabTitle(state.status, t(`runStatus.${state.status}`), title ?? ''),
  );
  return (
    <BreadcrumbEntry entry={{ label: title ?? taskId, href: taskId }}>
      <PageContent>
        {error && state && <StaleNotice error={error} onRetry={refresh} />}
        {error && !state && (
          <LoadFailure what={t('run.what')} error={error} onRetry={refresh} />
        )}
        {!error && !state && <LoadingRun />}
        {state && <LoadedRun state={state} refresh={refresh} />}
      </PageContent>
    </BreadcrumbEntry>
  );
}
