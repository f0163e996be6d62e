import { toError } from '@backstage/errors';
import {
  useApi,
  useApiHolder,
  useRouteRef,
} from '@backstage/frontend-plugin-api';
import { scaffolderApiRef } from '@backstage/plugin-scaffolder-react';
import { JsonValue } from '@backstage/types';
import { Run } from '@self-service/plugin-runs-common';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useNavigate } from 'react-router-dom';
import { runsApiRef } from '../api/RunsApi';
import { runRouteRef } from '../routes';
import { FormStart } from './useFormStart';
import { formDecoratorsApiRef } from './stockForm';
import { runDecorators } from './runDecorators';
import { isReplaceable, submitReplacement } from './submitReplacement';
import { useSettledSecrets } from './useSettledSecrets';

const SLOW_MILLISECONDS = 15_000;

/** What becomes of a submitted form. */
export interface Submission {
  isPending: boolean;
  /** It takes so long that the answer may be lost. */
  isSlow?: boolean;
  /** How the rollback of the earlier run stands. */
  rollback?: Run;
  error?: Error;
  /** Task id of a run that was started but could not be linked. */
  unlinked?: string;
}

/** Waits that end with a rejection when the page is left. */
function usePause(): (milliseconds: number) => Promise<void> {
  const left = useRef(new AbortController());
  useEffect(() => {
    left.current = new AbortController();
    const controller = left.current;
    return () => controller.abort();
  }, []);
  return useCallback(
    milliseconds =>
      new Promise((resolve, reject) => {
        const { signal } = left.current;
        setTimeout(
          () => (signal.aborted ? reject(signal.reason) : resolve()),
          milliseconds,
        );
      }),
    [],
  );
}

/**
 * Starts the run of a form, in place of the run that it was filled in from.
 *
 * @param onStarted - is told the values when the run has started
 * @returns never rejects: what went wrong is in `submission`
 */
export function useSubmit(
  start: FormStart,
  onStarted: (values: Record<string, JsonValue>) => void,
) {
  const { templateRef, manifest, earlier } = start;
  const scaffolderApi = useApi(scaffolderApiRef);
  const runsApi = useApi(runsApiRef);
  const decoratorsApi = useApi(formDecoratorsApiRef);
  const apis = useApiHolder();
  const runLink = useRouteRef(runRouteRef);
  const navigate = useNavigate();
  const pause = usePause();
  const settleSecrets = useSettledSecrets(manifest, pause);
  const [submission, setSubmission] = useState<Submission>({
    isPending: false,
  });

  const submit = useCallback(
    async (values: Record<string, JsonValue>) => {
      setSubmission({ isPending: true });
      const slow = setTimeout(
        () => setSubmission(before => ({ ...before, isSlow: true })),
        SLOW_MILLISECONDS,
      );
      try {
        const result = await runDecorators(
          { values, secrets: await settleSecrets(values) },
          manifest,
          await decoratorsApi.getFormDecorators(),
          apis,
        );
        const { taskId, linkError } =
          earlier && isReplaceable(earlier)
            ? await submitReplacement(templateRef, result, earlier.taskId, {
                runsApi,
                scaffolderApi,
                pause,
                onRollback: rollback =>
                  setSubmission({ isPending: true, rollback }),
              })
            : {
                ...(await scaffolderApi.scaffold({ templateRef, ...result })),
                linkError: undefined,
              };
        onStarted(values);
        if (linkError || !runLink) {
          setSubmission({ isPending: false, unlinked: taskId });
        } else {
          navigate(runLink({ taskId }));
        }
      } catch (error) {
        setSubmission({ isPending: false, error: toError(error) });
      } finally {
        clearTimeout(slow);
      }
    },
    [
      settleSecrets,
      manifest,
      earlier,
      decoratorsApi,
      apis,
      templateRef,
      runsApi,
      scaffolderApi,
      pause,
      onStarted,
      runLink,
      navigate,
    ],
  );
  return { submission, submit };
}
