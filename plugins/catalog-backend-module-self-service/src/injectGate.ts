import {
  GATE_ACTION,
  INJECTED_GATE_STEP,
  isGated,
} from '@self-service/plugin-approvals-common';
import { digestOf } from './digest';
import { TemplateStep } from './template';

/** Puts the facts' declaration in place of what the author wrote there. */
function declare(step: TemplateStep, selfService: unknown): TemplateStep {
  const given =
    typeof step.input === 'object' && step.input !== null ? step.input : {};
  const {
    selfService: _,
    selfServiceDigest: __,
    ...input
  } = given as {
    selfService?: unknown;
    selfServiceDigest?: unknown;
  };
  return {
    ...step,
    input: {
      ...input,
      ...(selfService !== undefined && {
        selfService,
        selfServiceDigest: digestOf(selfService),
      }),
    },
  };
}

/**
 * The steps that a template runs with: a gate is their first step unless the
 * author's steps are gated, and every gate carries `spec.selfService` with its
 * digest, because a task holds nothing else of the template's spec.
 *
 * @remarks
 * Before a step is put in front, steps without an id get the one that the
 * scaffolder would have given them (`step-1` for the first), so that
 * expressions such as `steps['step-1'].output.url` keep their meaning.
 *
 * @param steps - as the author wrote them
 * @param selfService - the template's `spec.selfService`, `undefined` without
 */
export function injectGate(
  steps: readonly TemplateStep[],
  selfService: unknown,
): TemplateStep[] {
  const gated = isGated(steps)
    ? [...steps]
    : [
        { id: INJECTED_GATE_STEP, name: 'Approval', action: GATE_ACTION },
        ...steps.map((step, index) => ({
          ...step,
          id: step.id ?? `step-${index + 1}`,
        })),
      ];
  return gated.map(step =>
    step.action === GATE_ACTION ? declare(step, selfService) : step,
  );
}

/**
 * The steps as before {@link injectGate}, except for pinned ids and what gates
 * carry.
 *
 * @param steps - the steps that a template runs with
 */
export function withoutInjectedGate(
  steps: readonly TemplateStep[],
): readonly TemplateStep[] {
  const [first, ...rest] = steps;
  return first?.id === INJECTED_GATE_STEP && !isGated(rest) && rest.length > 0
    ? rest
    : steps;
}
