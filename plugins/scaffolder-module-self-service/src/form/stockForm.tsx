/**
 * The pieces of the stock form: the only place besides `module.tsx` and
 * `routes.ts` that imports from `/alpha`, since they are exported nowhere else.
 */
import { useApi } from '@backstage/frontend-plugin-api';
import {
  formDecoratorsApiRef,
  formFieldsApiRef,
} from '@backstage/plugin-scaffolder/alpha';
import {
  FieldExtensionOptions,
  FormProps,
  ReviewStepProps,
} from '@backstage/plugin-scaffolder-react';
import {
  ReviewState,
  SecretWidget,
  Workflow,
} from '@backstage/plugin-scaffolder-react/alpha';
import { JsonValue } from '@backstage/types';
import { LoadFailure } from '@self-service/plugin-approvals';
import { ComponentType, memo, useEffect, useMemo, useState } from 'react';
import { ReportingTemplate } from './ReportingTemplate';

export { formDecoratorsApiRef, ReviewState };

/** How the fields of the form look. */
export type FormTheme = FormProps['EXPERIMENTAL_theme'];

/** Not among the fields that the app's API loads, though a stock one. */
const SECRET_FIELD = { name: 'Secret', component: SecretWidget };

/**
 * Tells whether a field of the app is of the shape that the form takes. The
 * API declares its fields opaque; the stock form reads them just so.
 */
function isFieldExtension(field: object): field is FieldExtensionOptions {
  return 'name' in field && 'component' in field;
}

/** Every field that templates may use; `undefined` until they are loaded. */
export function useFormFields(): FieldExtensionOptions[] | undefined {
  const formFieldsApi = useApi(formFieldsApiRef);
  const [fields, setFields] = useState<FieldExtensionOptions[]>();
  useEffect(() => {
    let isGone = false;
    const show = (loaded: object[]) => {
      if (!isGone) {
        setFields([...loaded, SECRET_FIELD].filter(isFieldExtension));
      }
    };
    // Without the app's own fields the stock ones still make a form.
    formFieldsApi.loadFormFields().then(show, () => show([]));
    return () => {
      isGone = true;
    };
  }, [formFieldsApi]);
  return fields;
}

/**
 * The stock form of a template, opened with values. It is drawn anew only when
 * a prop changes, and reports to the `FormReporterContext`.
 *
 * @param props.values - read once, when the form opens
 * @param props.fields - keep the same array: another one resets the form
 * @param props.reviewStep - the last page
 * @param props.onSubmit - must not reject: the stock form would spin for ever
 */
export const StockForm = memo(function DrawStockForm(props: {
  namespace: string;
  templateName: string;
  theme: FormTheme;
  fields: FieldExtensionOptions[];
  values: Record<string, JsonValue>;
  reviewStep: ComponentType<ReviewStepProps>;
  onSubmit: (values: Record<string, JsonValue>) => Promise<void>;
}) {
  const { theme, reviewStep } = props;
  const formProps = useMemo<FormProps>(
    () => ({
      EXPERIMENTAL_theme: theme,
      uiSchema: { 'ui:ObjectFieldTemplate': ReportingTemplate },
    }),
    [theme],
  );
  const components = useMemo(
    () => ({ ReviewStepComponent: reviewStep }),
    [reviewStep],
  );
  return (
    <Workflow
      namespace={props.namespace}
      templateName={props.templateName}
      extensions={props.fields}
      initialState={props.values}
      formProps={formProps}
      components={components}
      onCreate={props.onSubmit}
      onError={error =>
        error ? (
          <LoadFailure
            what="The form"
            error={error}
            onRetry={() => window.location.reload()}
          />
        ) : null
      }
    />
  );
});
