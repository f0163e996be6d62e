import { parseEntityRef } from '@backstage/catalog-model';
import { ScaffolderTask } from '@backstage/plugin-scaffolder-common';

/** Longer addresses are refused by some servers when the page is reloaded. */
const LONGEST_PREFILL = 2_000;

/** What the form leaves in place of a secret. */
const MASK = /^\*+$/;

/**
 * Address of the form that a run was made with, filled in as it was.
 *
 * @remarks
 * Secrets are left out: the values hold asterisks in their place, which would
 * pass for an answer. Large forms start empty.
 *
 * @returns `undefined` where the run names no template
 */
export function makeStartOverUrl(
  task: Pick<ScaffolderTask, 'spec'>,
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
  const url = templateLink({ namespace, templateName: name });
  const values = Object.fromEntries(
    Object.entries(task.spec.parameters).filter(
      ([, value]) => !(typeof value === 'string' && MASK.test(value)),
    ),
  );
  const prefill = new URLSearchParams({ formData: JSON.stringify(values) });
  return prefill.toString().length > LONGEST_PREFILL
    ? url
    : `${url}?${prefill}`;
}
