import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { FieldExtensionComponentProps } from '@backstage/plugin-scaffolder-react';
import { Select } from '@backstage/ui';
import { describeError } from '@self-service/plugin-approvals';
import { Resource } from '@self-service/plugin-runs-common';
import { useParams } from 'react-router-dom';
import { FormApi, formApiRef } from '../form/api/FormApi';
import { describeResource } from '../form/describeResource';
import { useAnswer } from '../form/useAnswer';
import { formTranslationRef } from '../formTranslation';
import classes from './fields.module.css';

/** Resources of the person and of their teams, each once. */
async function listOwn(formApi: FormApi, signal: AbortSignal) {
  const pages = await Promise.all([
    formApi.listResources('mine', { signal }),
    formApi.listResources('team', { signal }),
  ]);
  return [...new Map(pages.flat().map(one => [one.id, one])).values()];
}

/** Whether the form of a template does something with a resource now. */
function isFor(resource: Resource, templatePath: string): boolean {
  return Object.values(resource.actions).some(
    ({ allowed, formPath }) =>
      allowed && formPath?.split('?')[0].endsWith(templatePath),
  );
}

/**
 * Chooses one of the resources that the form's template can do something with,
 * of the person and of their teams. The value is the id of the resource.
 *
 * @remarks
 * A value from elsewhere (the address, an earlier run) stays, listed or not.
 */
export function ResourcePicker(props: FieldExtensionComponentProps<string>) {
  const { t } = useTranslationRef(formTranslationRef);
  const formApi = useApi(formApiRef);
  const { namespace, templateName } = useParams();
  const { schema, formData, required, disabled, rawErrors = [] } = props;
  const { value, error } = useAnswer('resources', signal =>
    listOwn(formApi, signal),
  );
  const fitting = (value ?? []).filter(
    resource =>
      !templateName || isFor(resource, `/${namespace}/${templateName}`),
  );
  const options = fitting.map(resource => ({
    id: resource.id,
    label: describeResource(resource),
  }));
  const isKnown = !formData || options.some(({ id }) => id === formData);
  const isNone = value !== undefined && options.length === 0 && isKnown;
  return (
    <Select
      className={classes.select}
      label={schema.title ?? props.name}
      description={
        (error &&
          t('resources.failed', { reason: describeError(error).title })) ||
        (isNone && t('resources.none')) ||
        schema.description
      }
      placeholder={t('resources.choose')}
      options={
        isKnown ? options : [...options, { id: formData, label: formData }]
      }
      // Without a value it would keep one of its own.
      value={formData ?? null}
      onChange={key => {
        if (typeof key === 'string') {
          props.onChange(key);
        }
      }}
      isRequired={required}
      isDisabled={disabled}
      isInvalid={rawErrors.length > 0}
    />
  );
}
