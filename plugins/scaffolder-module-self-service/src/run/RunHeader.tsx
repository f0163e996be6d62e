import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  EntityName,
  formatDuration,
  PageHeader,
  RelativeTime,
  StatusChip,
} from '@self-service/plugin-approvals';
import { runsTranslationRef } from '../translation';
import { readTemplateTitle, readThingName, RUN_TONES } from '../words';
import { RunActions } from './RunActions';
import { isActive, ShownRun } from './useRun';

/** When the run ended; the log knows it of runs that the platform does not. */
function readEnd({ run, view }: ShownRun): string | undefined {
  return view.endedAt ?? run.state?.endedAt;
}

function Duration(props: { state: ShownRun }) {
  const { t } = useTranslationRef(runsTranslationRef);
  const { task, status, now } = props.state;
  const endedAt = readEnd(props.state);
  const end = isActive(status) || !endedAt ? now : Date.parse(endedAt);
  const duration = formatDuration(end - Date.parse(task.createdAt));
  if (isActive(status)) {
    return <>{t('run.runningFor', { duration })}</>;
  }
  return <>{t('run.took', { duration })}</>;
}

/** What the run makes, its status, who started it, and what can be done. */
export function RunHeader(props: {
  state: ShownRun;
  refresh: () => Promise<void>;
}) {
  const { t } = useTranslationRef(runsTranslationRef);
  const { task, status, run } = props.state;
  const template = readTemplateTitle(task.spec);
  const thing = readThingName(task.spec);
  const requester = task.spec.user?.ref;
  return (
    <PageHeader
      kicker={thing && template}
      title={thing ?? run.state?.title ?? template ?? task.id}
      status={
        <StatusChip tone={RUN_TONES[status]} label={t(`runStatus.${status}`)} />
      }
      meta={[
        <>
          {t('run.started')} <RelativeTime at={task.createdAt} />
          {requester && (
            <>
              {' '}
              {t('run.by')} <EntityName entityRef={requester} />
            </>
          )}
        </>,
        run.state?.team && (
          <>
            {t('run.team')}:{' '}
            <EntityName entityRef={run.state.team} defaultKind="group" />
          </>
        ),
        (isActive(status) || readEnd(props.state)) && (
          <Duration state={props.state} />
        ),
      ]}
      actions={<RunActions state={props.state} refresh={props.refresh} />}
    />
  );
}
