import { Entity } from '@backstage/catalog-model';
import { GateStep } from '@self-service/plugin-approvals-common';

/** A step as an author writes it; nothing about it is validated yet. */
export interface TemplateStep extends GateStep {
  name?: string;
  input?: unknown;
  onFailure?: unknown;
  rollback?: unknown;
}

/**
 * Tells whether an entity is a template that the scaffolder runs.
 *
 * @param entity - any entity
 */
export function isTemplate(entity: Entity): boolean {
  return (
    entity.kind === 'Template' &&
    entity.apiVersion === 'scaffolder.backstage.io/v1beta3'
  );
}

/**
 * The steps of a template.
 *
 * @param entity - a template
 * @returns `undefined` where `spec.steps` is not a list of objects
 */
export function readSteps(entity: Entity): TemplateStep[] | undefined {
  const steps = entity.spec?.steps;
  return Array.isArray(steps) &&
    steps.every(
      step => typeof step === 'object' && step !== null && !Array.isArray(step),
    )
    ? (steps as TemplateStep[])
    : undefined;
}
