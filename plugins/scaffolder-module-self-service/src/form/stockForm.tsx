/**
 * The pieces of the stock form: the only place besides `module.tsx` and
 * `routes.ts` that imports from `/alpha`, since they are exported nowhere else.
 */
import { useApi } from '@backstage/frontend-plugin-api';
import {
  formDecoratorsApiRef,
  formFieldsApiRef,
} from '@backstage/plugin-scaffolder/alpha';
import { FieldExtensionOptions } from '@backstage/plugin-scaffolder-react';
import {
  SecretWidget,
  Workflow,
} from '@backstage/plugin-scaffolder-react/alpha';
import { JsonValue } from '@backstage/types';
import { LoadFailure } from '@self-service/plugin-approvals';
import { useEffect, useState } from 'react';

export { formDecoratorsApiRef };

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
 * The stock form of a template, opened with values.
 *
 * @param props.values - read once, when the form opens
 * @param props.fields - keep the same array: another one resets the form
 * @param props.onSubmit - must not reject: the stock form would spin for ever
 */
export function StockForm(props: {
  namespace: string;
  templateName: string;
  fields: FieldExtensionOptions[];
  values: Record<string, JsonValue>;
  onSubmit: (values: Record<string, JsonValue>) => Promise<void>;
}) {
  return (
    <Workflow
      namespace={props.namespace}
      templateName={props.templateName}
      extensions={props.fields}
      initialState={props.values}
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
}
