import { Entity } from '@backstage/catalog-model';
import { readSteps } from '../template';
import { checkAction, KnownActions } from './checkActions';
import { checkDeclaration } from './checkDeclaration';
import { checkFailures } from './checkFailures';
import { checkProviders, ConfiguredProvider } from './checkProviders';
import { checkSteps, StepCheckOptions } from './checkSteps';
import { readFormParameters } from './formParameters';
import { Problem } from './problem';

/** What of the portal the check depends on. */
export interface TemplateCheckOptions extends StepCheckOptions {
  /** Those that are configured; what steps need of them is not checked without. */
  providers?: readonly ConfiguredProvider[];
  /** Those that there are; nothing is said of unknown ones without. */
  actions?: KnownActions;
}

/**
 * Checks a template, as its author wrote it.
 *
 * @param entity - a template, before injection
 * @param options - see {@link TemplateCheckOptions}
 * @returns what is wrong with it, errors first
 */
export function checkTemplate(
  entity: Entity,
  options: TemplateCheckOptions,
): Problem[] {
  const steps = readSteps(entity);
  const form = readFormParameters(entity.spec?.parameters);
  const { providers, actions } = options;
  const problems: Problem[] = [
    ...checkDeclaration(entity.spec?.selfService, form),
    ...(steps
      ? [
          ...checkSteps(steps, options),
          ...checkFailures(steps, form),
          ...steps.flatMap((step, index) => {
            const path = `spec.steps[${index}]`;
            return [
              ...(actions ? checkAction(step, path, actions) : []),
              ...(providers ? checkProviders(step, path, providers) : []),
            ];
          }),
        ]
      : [
          {
            level: 'error' as const,
            path: 'spec.steps',
            message: 'The steps must be a list of objects.',
          },
        ]),
  ];
  return [
    ...problems.filter(({ level }) => level === 'error'),
    ...problems.filter(({ level }) => level === 'warning'),
  ];
}
