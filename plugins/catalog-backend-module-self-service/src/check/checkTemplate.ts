import { Entity } from '@backstage/catalog-model';
import { readSteps } from '../template';
import { checkDeclaration } from './checkDeclaration';
import { checkFailures } from './checkFailures';
import { checkSteps, StepCheckOptions } from './checkSteps';
import { readFormParameters } from './formParameters';
import { Problem } from './problem';

/**
 * Checks a template, as its author wrote it.
 *
 * @param entity - a template, before injection
 * @param options - see {@link StepCheckOptions}
 * @returns what is wrong with it, errors first
 */
export function checkTemplate(
  entity: Entity,
  options: StepCheckOptions,
): Problem[] {
  const steps = readSteps(entity);
  const form = readFormParameters(entity.spec?.parameters);
  const problems: Problem[] = [
    ...checkDeclaration(entity.spec?.selfService, form),
    ...(steps
      ? [...checkSteps(steps, options), ...checkFailures(steps, form)]
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
