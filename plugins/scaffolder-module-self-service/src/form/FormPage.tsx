import { stringifyEntityRef } from '@backstage/catalog-model';
import {
  AnalyticsContext,
  BreadcrumbEntry,
  storageApiRef,
  useApi,
  useTranslationRef,
} from '@backstage/frontend-plugin-api';
import { SecretsContextProvider } from '@backstage/plugin-scaffolder-react';
import { JsonValue } from '@backstage/types';
import { Skeleton } from '@backstage/ui';
import { LoadFailure, PageContent } from '@self-service/plugin-approvals';
import { useCallback, useMemo, useState } from 'react';
import { useParams, useSearchParams } from 'react-router-dom';
import { failureTranslationRef } from '../failureTranslation';
import { formTranslationRef } from '../formTranslation';
import { StatisticsLine } from '../templates/StatisticsLine';
import classes from './form.module.css';
import { FormSessionProvider } from './FormSessionProvider';
import { pickRememberable } from './initialValues';
import { forgetLastValues, keepLastValues } from './lastValues';
import { nameOrigin, readOrigin } from './origin';
import { PreviewPanel } from './preview/PreviewPanel';
import { ReviewStep } from './ReviewStep';
import { StartNotices } from './StartNotices';
import { FormTheme, StockForm, useFormFields } from './stockForm';
import { FormStart, useFormStart } from './useFormStart';
import { useSubmit } from './useSubmit';

type Values = Record<string, JsonValue>;

/** What the form is opened with; another number opens it anew. */
interface Opening {
  number: number;
  values: Values;
}

function useOpening(start: FormStart) {
  const [opening, setOpening] = useState<Opening>({
    number: 0,
    values: start.values,
  });
  const reopen = useCallback(
    (values: Values) =>
      setOpening(({ number }) => ({ number: number + 1, values })),
    [],
  );
  return { opening, reopen };
}

/** Keeps and forgets what a person chose, for the next form. */
function useMemory({ lastValuesKey, fields }: FormStart) {
  const storageApi = useApi(storageApiRef);
  const remember = useCallback(
    (values: Values) => {
      if (lastValuesKey) {
        const chosen = pickRememberable(values, fields);
        // The run has started: that counts more than the next form's defaults.
        keepLastValues(storageApi, lastValuesKey, chosen).catch(() => {});
      }
    },
    [lastValuesKey, fields, storageApi],
  );
  const forget = useCallback(() => {
    if (lastValuesKey) {
      // What is not forgotten now is forgotten the next time.
      forgetLastValues(storageApi, lastValuesKey).catch(() => {});
    }
  }, [lastValuesKey, storageApi]);
  return { remember, forget };
}

function LoadedForm(props: {
  namespace: string;
  templateName: string;
  theme: FormTheme;
  start: FormStart;
}) {
  const { namespace, templateName, theme, start } = props;
  const fields = useFormFields();
  const { opening, reopen } = useOpening(start);
  const { remember, forget } = useMemory(start);
  const { submission, submit } = useSubmit(start, remember);
  const layout = useMemo(
    () => (
      <>
        <div className={classes.notices}>
          <StatisticsLine templateRef={start.templateRef} />
          <StartNotices start={start} />
        </div>
        <div className={classes.columns}>
          {/* The stock form claims an area of the grid that it is put in. */}
          <div className={classes.form}>
            {fields && (
              <StockForm
                key={opening.number}
                namespace={namespace}
                templateName={templateName}
                theme={theme}
                fields={fields}
                values={opening.values}
                reviewStep={ReviewStep}
                onSubmit={submit}
              />
            )}
          </div>
          <PreviewPanel />
        </div>
      </>
    ),
    [start, fields, opening, namespace, templateName, theme, submit],
  );
  return (
    <FormSessionProvider
      start={start}
      opened={opening.values}
      submission={submission}
      onReopen={reopen}
      onForget={forget}
    >
      {layout}
    </FormSessionProvider>
  );
}

function FormLoader(props: { theme: FormTheme; search: URLSearchParams }) {
  const { namespace = '', templateName = '' } = useParams();
  const { t: tForm } = useTranslationRef(formTranslationRef);
  const { t: tFailure } = useTranslationRef(failureTranslationRef);
  const templateRef = stringifyEntityRef({
    kind: 'template',
    namespace,
    name: templateName,
  });
  const { value, error, askAgain } = useFormStart(templateRef, props.search);
  const what = readOrigin(props.search).from
    ? tFailure('resubmit.what')
    : tForm('start.what');
  return (
    <AnalyticsContext attributes={{ entityRef: templateRef }}>
      <BreadcrumbEntry
        entry={{ label: value?.manifest.title ?? templateName, href: '.' }}
      >
        <PageContent>
          {!value && error && (
            <LoadFailure what={what} error={error} onRetry={askAgain} />
          )}
          {!value && !error && (
            <div aria-busy="true" style={{ paddingTop: 16 }}>
              <Skeleton width="100%" height={240} />
            </div>
          )}
          {value && (
            <SecretsContextProvider>
              <LoadedForm
                namespace={namespace}
                templateName={templateName}
                theme={props.theme}
                start={value}
              />
            </SecretsContextProvider>
          )}
        </PageContent>
      </BreadcrumbEntry>
    </AnalyticsContext>
  );
}

/**
 * The form of a template, with what it will do beside it.
 *
 * @param props.theme - how the fields look
 */
export function FormPage(props: { theme: FormTheme }) {
  const { namespace, templateName } = useParams();
  // What the address says when the form opens; a later change of it that does
  // not concern the form must not take away what was typed in.
  const [current] = useSearchParams();
  const key = `${namespace}/${templateName} ${nameOrigin(current)}`;
  const [search, setSearch] = useState({ key, value: current });
  if (search.key !== key) {
    setSearch({ key, value: current });
  }
  return <FormLoader key={key} theme={props.theme} search={search.value} />;
}
