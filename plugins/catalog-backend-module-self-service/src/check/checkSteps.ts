import {
  GATE_ACTION,
  INJECTED_GATE_STEP,
  isGate,
  isGated,
} from '@self-service/plugin-approvals-common';
import { TemplateStep } from '../template';
import { APPLY_ACTION, findReplacement, isOwn } from './ownActions';
import { Problem } from './problem';

/** Actions that may park the run. */
const WAITING = new Set([GATE_ACTION, APPLY_ACTION]);

/** Stock actions that act with the credentials of whoever started the run. */
const INITIATOR_ACTIONS = new Set([
  'catalog:fetch',
  'catalog:register',
  'github:environment:create',
]);

/** What of the configuration the check depends on. */
export interface StepCheckOptions {
  /** Whether `scaffolder.taskRecovery.workspaceProvider` is set. */
  hasWorkspaceProvider: boolean;
  /** Ids of actions that may act as a service after a wait. */
  allowedAsService: readonly string[];
}

interface Place {
  step: TemplateStep;
  path: string;
  /** The steps before this one, an injected gate included. */
  before: readonly TemplateStep[];
  /** Whether a gate is put in front of the author's steps. */
  injected: boolean;
}

type Rule = (place: Place, options: StepCheckOptions) => Problem[];

const mayOnlyPrecedeAGate = (step: TemplateStep) =>
  isGated([step, { action: GATE_ACTION }]);

function error(path: string, message: string): Problem {
  return { level: 'error', path, message };
}

/** A gate that something could skip is no gate. */
const gateAlwaysRuns: Rule = ({ step, path }) =>
  step.action !== GATE_ACTION
    ? []
    : (['if', 'each', 'backstage:permissions'] as const)
        .filter(key => step[key] !== undefined)
        .map(key =>
          error(
            `${path}.${key}`,
            `A gate with '${key}' could be skipped, so it does not count as one and another is put in front. Remove '${key}'.`,
          ),
        );

/** A step that asks a person parks the run, and a long wait to try again does. */
function mayPark({ action, onFailure }: TemplateStep): boolean {
  return (
    WAITING.has(action ?? '') ||
    (isOwn(action) && typeof onFailure === 'object' && onFailure !== null)
  );
}

/** One suspension belongs to one step. */
const waitsOnce: Rule = ({ step, path }) =>
  WAITING.has(step.action ?? '') &&
  step.action !== GATE_ACTION &&
  step.each !== undefined
    ? [
        error(
          `${path}.each`,
          'A step that waits cannot be repeated with each. Write one step for each of them.',
        ),
      ]
    : [];

const workspaceSurvives: Rule = (
  { step, path, before },
  { hasWorkspaceProvider },
) =>
  !hasWorkspaceProvider &&
  mayPark(step) &&
  before.some(({ action }) => action?.startsWith('fetch:'))
    ? [
        error(
          `${path}.action`,
          'The files fetched before are gone after a wait. Set scaffolder.taskRecovery.workspaceProvider in app-config, or fetch after the wait.',
        ),
      ]
    : [];

/**
 * After a wait our service is the initiator. Every step is behind a gate, the
 * injected one or the author's, except those that stand before the latter.
 */
const actsAsRequester: Rule = (
  { step, path, before },
  { allowedAsService },
) => {
  const action = step.action ?? '';
  if (standsBeforeGate(before) || allowedAsService.includes(action)) {
    return [];
  }
  return [
    ...(INITIATOR_ACTIONS.has(action)
      ? [
          error(
            `${path}.action`,
            `${action} acts with the credentials of whoever started the run, and after a wait that is a service. ${
              findReplacement(action)
                ? `Use ${findReplacement(action)}, put it`
                : 'Put it'
            } before a gate of your own, or list it in scaffolder.selfService.allowedAsService.`,
          ),
        ]
      : []),
    ...(JSON.stringify(step).includes('secrets.backstageToken')
      ? [
          error(
            path,
            'secrets.backstageToken is not there any more after a wait. Remove it.',
          ),
        ]
      : []),
  ];
};

function replacement(action: string): string {
  const own = findReplacement(action);
  return own ? ` ${own} does both.` : '';
}

/** Stock actions do not ask for admission when somebody presses Retry. */
const asksForAdmission: Rule = ({ step, path }) =>
  step.action !== undefined && !isOwn(step.action) && !isHarmless(step)
    ? [
        {
          level: 'warning',
          path: `${path}.action`,
          message: `${
            step.action
          } does not check before it acts whether the run was approved; only the gate in front of it does.${replacement(
            step.action,
          )}`,
        },
      ]
    : [];

const reservedId: Rule = ({ step, path, injected }) =>
  step.id === INJECTED_GATE_STEP && (injected || !isGate(step))
    ? [
        error(
          `${path}.id`,
          `'${INJECTED_GATE_STEP}' is the id of the gate that is put in. Choose another.`,
        ),
      ]
    : [];

const rules: Rule[] = [
  reservedId,
  gateAlwaysRuns,
  waitsOnce,
  workspaceSurvives,
  actsAsRequester,
  asksForAdmission,
];

function isHarmless(step: TemplateStep): boolean {
  return (
    mayOnlyPrecedeAGate(step) && step.action !== 'publish:github:pull-request'
  );
}

/** Whether a step with these before it belongs to an author's gate still to come. */
function standsBeforeGate(before: readonly TemplateStep[]): boolean {
  return !before.some(isGate);
}

/** An author's gate counts only where nothing is created before it. */
function checkLateGate(steps: readonly TemplateStep[]): Problem[] {
  const gate = steps.findIndex(isGate);
  if (gate < 0 || isGated(steps)) {
    return [];
  }
  return steps
    .slice(0, gate)
    .map((step, index) => ({ step, index }))
    .filter(({ step }) => !mayOnlyPrecedeAGate(step))
    .map(({ step, index }) =>
      error(
        `spec.steps[${index}].action`,
        `${step.action} may create something, and only a pull request may be created before a gate: another gate is put in front, and people are asked twice. Move it behind the gate.`,
      ),
    );
}

/**
 * Checks the steps of a template, as its author wrote them.
 *
 * @param steps - before injection
 * @param options - see {@link StepCheckOptions}
 */
export function checkSteps(
  steps: readonly TemplateStep[],
  options: StepCheckOptions,
): Problem[] {
  const injected = !isGated(steps);
  return [
    ...checkLateGate(steps),
    ...steps.flatMap((step, index) => {
      const place: Place = {
        step,
        path: `spec.steps[${index}]`,
        injected,
        before: [
          ...(injected ? [{ action: GATE_ACTION }] : []),
          ...steps.slice(0, index),
        ],
      };
      return rules.flatMap(rule => rule(place, options));
    }),
  ];
}
