import { parseEntityRef } from '@backstage/catalog-model';
import { ScaffolderTask } from '@backstage/plugin-scaffolder-common';

/** Query parameter of the form: the run whose values it opens with. */
export const FROM_PARAMETER = 'from';

/**
 * Address of the form that a run was made with, which opens with its values.
 *
 * @remarks
 * The address names the run only: values may be long, and addresses end up in
 * histories and logs.
 *
 * @returns `undefined` where the run names no template
 */
export function makeFormUrl(
  task: Pick<ScaffolderTask, 'id' | 'spec'>,
  templateLink: (params: { namespace: string; templateName: string }) => string,
): string | undefined {
  const entityRef = task.spec.templateInfo?.entityRef;
  if (!entityRef) {
    return undefined;
  }
  const { namespace, name } = parseEntityRef(entityRef, {
    defaultKind: 'template',
    defaultNamespace: 'default',
  });
  const search = new URLSearchParams({ [FROM_PARAMETER]: task.id });
  return `${templateLink({ namespace, templateName: name })}?${search}`;
}
