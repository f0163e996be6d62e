import { toError } from '@backstage/errors';
import {
  useApi,
  useRouteRef,
  useTranslationRef,
} from '@backstage/frontend-plugin-api';
import { scaffolderApiRef } from '@backstage/plugin-scaffolder-react';
import { Alert, Button, ButtonLink } from '@backstage/ui';
import {
  RiCloseCircleLine,
  RiFileCopyLine,
  RiRestartLine,
} from '@remixicon/react';
import { describeError } from '@self-service/plugin-approvals';
import { useState } from 'react';
import { selectedTemplateRouteRef } from '../routes';
import { runsTranslationRef } from '../translation';
import { CancelRunDialog } from './CancelRunDialog';
import { readFailureCause } from './readFailureCause';
import { makeStartOverUrl } from './startOver';
import { isActive, RunState } from './useRun';

function StartOver(props: { state: RunState; isMain: boolean }) {
  const { t } = useTranslationRef(runsTranslationRef);
  const templateLink = useRouteRef(selectedTemplateRouteRef);
  const url = templateLink && makeStartOverUrl(props.state.task, templateLink);
  return url ? (
    <ButtonLink
      href={url}
      variant={props.isMain ? 'primary' : 'secondary'}
      iconStart={<RiFileCopyLine />}
    >
      {t('run.startOver')}
    </ButtonLink>
  ) : (
    <></>
  );
}

/** Cancel while the run is active; afterwards Retry and Start over. */
export function RunActions(props: {
  state: RunState;
  refresh: () => Promise<void>;
}) {
  const { t } = useTranslationRef(runsTranslationRef);
  const scaffolderApi = useApi(scaffolderApiRef);
  const [isAsking, setAsking] = useState(false);
  const [isRetrying, setRetrying] = useState(false);
  const [error, setError] = useState<Error>();
  const { task, status } = props.state;

  const retry = async () => {
    setRetrying(true);
    setError(undefined);
    try {
      await scaffolderApi.retry?.(task.id);
      await props.refresh();
    } catch (cause) {
      setError(toError(cause));
    } finally {
      setRetrying(false);
    }
  };

  const canRetry =
    status === 'failed' &&
    readFailureCause(props.state.approvals).kind === 'broken';
  const failure = error && describeError(error);
  return (
    <>
      {failure && (
        <Alert
          role="alert"
          status="danger"
          icon
          title={t('action.failed', { reason: failure.title })}
          description={failure.remedy}
        />
      )}
      {!isActive(status) && (
        <StartOver
          state={props.state}
          isMain={status === 'failed' && !canRetry}
        />
      )}
      {canRetry && (
        <Button
          variant="primary"
          iconStart={<RiRestartLine />}
          isPending={isRetrying}
          onPress={retry}
        >
          {t('run.retry')}
        </Button>
      )}
      {(isActive(status) || status === 'needs-attention') && (
        <Button
          variant="secondary"
          iconStart={<RiCloseCircleLine />}
          onPress={() => setAsking(true)}
        >
          {t('run.cancel')}
        </Button>
      )}
      {isAsking && (
        <CancelRunDialog
          taskId={task.id}
          onClose={() => setAsking(false)}
          onDone={() => {
            setAsking(false);
            props.refresh();
          }}
        />
      )}
    </>
  );
}
