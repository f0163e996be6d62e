import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { JsonObject, JsonValue } from '@backstage/types';
import { ReactNode, useCallback, useMemo, useRef, useState } from 'react';
import { formTranslationRef } from '../formTranslation';
import { formApiRef } from './api/FormApi';
import { readSchemaDefaults } from './formFields';
import {
  FieldSetter,
  FormReporterContext,
  FormSessionContext,
} from './formSession';
import { stripSecrets } from './stripSecrets';
import { isReplaceable } from './submitReplacement';
import { useAnswer } from './useAnswer';
import { FormStart } from './useFormStart';
import { Submission } from './useSubmit';

type Values = Record<string, JsonValue>;

/**
 * Follows a form while it is filled in, and asks the backends about it.
 *
 * @param props.opened - what the form was opened with
 * @param props.onReopen - opens the form anew with these values, for a field
 * that is not on the page that is open
 * @param props.onForget - forgets what was chosen the last time, for the next
 * form
 * @param props.children - keep the same element: it is drawn anew only where
 * it reads the session
 */
export function FormSessionProvider(props: {
  start: FormStart;
  opened: Values;
  submission: Submission;
  onReopen: (values: Values) => void;
  onForget: () => void;
  children: ReactNode;
}) {
  const { start, opened, submission, onReopen, onForget, children } = props;
  const { templateRef, manifest, fields, asLastTime } = start;
  const { t } = useTranslationRef(formTranslationRef);
  const formApi = useApi(formApiRef);
  const [reported, setReported] = useState<Values>();
  const setter = useRef<FieldSetter>();

  const [reporter] = useState(() => ({
    report: (values: JsonObject) => setReported(values as Values),
    offerSetter: (offered: FieldSetter | undefined) => {
      setter.current = offered;
    },
  }));

  const values = useMemo(
    () =>
      stripSecrets(
        { ...readSchemaDefaults(fields), ...(reported ?? opened) },
        manifest,
      ),
    [fields, manifest, reported, opened],
  );
  const { earlier } = start;
  const replaces =
    earlier && isReplaceable(earlier) ? earlier.taskId : undefined;
  const question = JSON.stringify(values);
  const preview = useAnswer(question, signal =>
    formApi.preview(templateRef, values, { signal }),
  );
  const checks = useAnswer(question, signal =>
    formApi.check(templateRef, values, { signal, replaces }),
  );

  const setValue = useCallback(
    (name: string, value: JsonValue) => {
      if (!setter.current?.(name, value)) {
        onReopen({ ...(reported ?? opened), [name]: value });
      }
    },
    [onReopen, reported, opened],
  );

  const forget = useCallback(() => {
    const kept = { ...(reported ?? opened) };
    for (const name of asLastTime) {
      delete kept[name];
      if (start.freshValues[name] !== undefined) {
        kept[name] = start.freshValues[name];
      }
    }
    onReopen(kept);
    onForget();
  }, [reported, opened, asLastTime, start, onReopen, onForget]);

  return (
    <FormReporterContext.Provider value={reporter}>
      <FormSessionContext.Provider
        value={{
          fields,
          asLastTime: asLastTime.filter(
            name => values[name] === start.values[name],
          ),
          resource: start.resource,
          values,
          preview,
          checks,
          submission,
          createLabel:
            manifest.presentation?.buttonLabels?.createButtonText ??
            t('review.create'),
          forget,
          setValue,
        }}
      >
        {children}
      </FormSessionContext.Provider>
    </FormReporterContext.Provider>
  );
}
