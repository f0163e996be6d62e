import { stringifyEntityRef } from '@backstage/catalog-model';
import { toError } from '@backstage/errors';
import {
  BreadcrumbEntry,
  useApi,
  useApiHolder,
  useRouteRef,
  useTranslationRef,
} from '@backstage/frontend-plugin-api';
import {
  scaffolderApiRef,
  SecretsContextProvider,
} from '@backstage/plugin-scaffolder-react';
import { JsonValue } from '@backstage/types';
import { Alert, ButtonLink, Link, Skeleton } from '@backstage/ui';
import {
  describeError,
  LoadFailure,
  PageContent,
  useLiveQuery,
} from '@self-service/plugin-approvals';
import { Run } from '@self-service/plugin-runs-common';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useNavigate, useParams } from 'react-router-dom';
import { runsApiRef } from '../api/RunsApi';
import { failureTranslationRef } from '../failureTranslation';
import { runRouteRef } from '../routes';
import { EffectsSection } from '../run/EffectsSection';
import { formDecoratorsApiRef, StockForm, useFormFields } from './stockForm';
import { runDecorators } from './runDecorators';
import { readSecretFields, stripSecrets } from './stripSecrets';
import { isReplaceable, submitReplacement } from './submitReplacement';
import { useSettledSecrets } from './useSettledSecrets';

type Values = Record<string, JsonValue>;

/** What the form opens with. */
function useEarlierRun(taskId: string, templateRef: string) {
  const scaffolderApi = useApi(scaffolderApiRef);
  const runsApi = useApi(runsApiRef);
  const load = useCallback(
    async (signal: AbortSignal) => {
      const [task, run, manifest] = await Promise.all([
        scaffolderApi.getTask(taskId),
        runsApi.getRun(taskId, { signal }),
        scaffolderApi.getTemplateParameterSchema(templateRef),
      ]);
      return {
        run,
        manifest,
        values: stripSecrets(task.spec.parameters, manifest),
      };
    },
    [scaffolderApi, runsApi, taskId, templateRef],
  );
  return useLiveQuery(load, { everyMilliseconds: undefined });
}

type Earlier = NonNullable<ReturnType<typeof useEarlierRun>['value']>;

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

/** What becomes of a submitted form. */
interface Submission {
  rollback?: Run;
  error?: Error;
  /** Task id of a run that was started but could not be linked. */
  unlinked?: string;
}

function useSubmit(from: string, templateRef: string, earlier: Earlier) {
  const scaffolderApi = useApi(scaffolderApiRef);
  const runsApi = useApi(runsApiRef);
  const decoratorsApi = useApi(formDecoratorsApiRef);
  const apis = useApiHolder();
  const runLink = useRouteRef(runRouteRef);
  const navigate = useNavigate();
  const pause = usePause();
  const settleSecrets = useSettledSecrets(earlier.manifest, pause);
  const [submission, setSubmission] = useState<Submission>({});

  const submit = useCallback(
    async (values: Values) => {
      setSubmission({});
      try {
        const result = await runDecorators(
          { values, secrets: await settleSecrets(values) },
          earlier.manifest,
          await decoratorsApi.getFormDecorators(),
          apis,
        );
        const { taskId, linkError } = isReplaceable(earlier.run)
          ? await submitReplacement(templateRef, result, from, {
              runsApi,
              scaffolderApi,
              pause,
              onRollback: rollback => setSubmission({ rollback }),
            })
          : {
              ...(await scaffolderApi.scaffold({ templateRef, ...result })),
              linkError: undefined,
            };
        if (linkError || !runLink) {
          setSubmission({ unlinked: taskId });
        } else {
          navigate(runLink({ taskId }));
        }
      } catch (error) {
        setSubmission({ error: toError(error) });
      }
    },
    [
      settleSecrets,
      earlier,
      decoratorsApi,
      apis,
      templateRef,
      from,
      runsApi,
      scaffolderApi,
      pause,
      runLink,
      navigate,
    ],
  );
  return { submission, submit };
}

function SubmissionNotice(props: { submission: Submission }) {
  const { t } = useTranslationRef(failureTranslationRef);
  const runLink = useRouteRef(runRouteRef);
  const { rollback, error, unlinked } = props.submission;
  const failure = error && describeError(error);
  if (failure) {
    return (
      <Alert
        role="alert"
        status="danger"
        icon
        title={t('resubmit.failed', { reason: failure.title })}
        description={failure.remedy}
      />
    );
  }
  if (unlinked) {
    return (
      <Alert
        role="alert"
        status="warning"
        icon
        title={t('resubmit.unlinkedTitle')}
        description={t('resubmit.unlinked')}
        customActions={
          runLink && (
            <ButtonLink size="small" href={runLink({ taskId: unlinked })}>
              {t('resubmit.open')}
            </ButtonLink>
          )
        }
      />
    );
  }
  return rollback ? (
    <>
      <Alert
        role="status"
        status="info"
        icon
        title={t('resubmit.rollingBack')}
        description={t('resubmit.rollingBackText')}
      />
      <EffectsSection effects={rollback.effects} isRunning={false} />
    </>
  ) : (
    <></>
  );
}

function LoadedForm(props: {
  from: string;
  namespace: string;
  templateName: string;
  templateRef: string;
  earlier: Earlier;
}) {
  const { from, namespace, templateName, templateRef, earlier } = props;
  const { t } = useTranslationRef(failureTranslationRef);
  const runLink = useRouteRef(runRouteRef);
  const fields = useFormFields();
  const { submission, submit } = useSubmit(from, templateRef, earlier);
  // Values that change while the form is open would not reach it.
  const [values] = useState(earlier.values);
  return (
    <>
      <div style={{ display: 'grid', gap: 12, paddingTop: 12 }}>
        <Alert
          status="info"
          icon
          title={
            <>
              {t('resubmit.title')}{' '}
              {runLink && (
                <Link href={runLink({ taskId: from })}>
                  {t('resubmit.view')}
                </Link>
              )}
            </>
          }
          description={
            <>
              {isReplaceable(earlier.run) && <>{t('resubmit.replaces')} </>}
              {readSecretFields(earlier.manifest).size > 0 &&
                t('resubmit.secrets')}
            </>
          }
        />
        <SubmissionNotice submission={submission} />
      </div>
      {fields && (
        <StockForm
          namespace={namespace}
          templateName={templateName}
          fields={fields}
          values={values}
          onSubmit={submit}
        />
      )}
    </>
  );
}

/**
 * The form of a template with the values of an earlier run, which the new run
 * replaces.
 *
 * @param props.from - task id of the earlier run
 */
export function ResubmitPage(props: { from: string }) {
  const { from } = props;
  const { namespace = '', templateName = '' } = useParams();
  const { t } = useTranslationRef(failureTranslationRef);
  const templateRef = stringifyEntityRef({
    kind: 'template',
    namespace,
    name: templateName,
  });
  const { value, error, refresh } = useEarlierRun(from, templateRef);
  return (
    <BreadcrumbEntry entry={{ label: templateName, href: '.' }}>
      <PageContent>
        {!value && error && (
          <LoadFailure
            what={t('resubmit.what')}
            error={error}
            onRetry={refresh}
          />
        )}
        {!value && !error && (
          <div aria-busy="true" style={{ paddingTop: 16 }}>
            <Skeleton width="100%" height={240} />
          </div>
        )}
        {value && (
          <SecretsContextProvider>
            <LoadedForm
              from={from}
              namespace={namespace}
              templateName={templateName}
              templateRef={templateRef}
              earlier={value}
            />
          </SecretsContextProvider>
        )}
      </PageContent>
    </BreadcrumbEntry>
  );
}
