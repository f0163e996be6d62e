import { parseEntityRef } from '@backstage/catalog-model';
import { GATE_ACTION } from '@self-service/plugin-approvals-common';
import {
  FailureBehaviour,
  readFailureBehaviour,
} from '@self-service/plugin-runs-common';
import { TemplateStep } from '../template';
import { checkRollback } from './checkRollback';
import { FormParameters } from './formParameters';
import { APPLY_ACTION, findReplacement, isOwn } from './ownActions';
import { Problem } from './problem';

/** A step, and where its failure behaviour stands. */
interface Place {
  step: TemplateStep;
  /** Id that expressions know it by. */
  id: string;
  path: string;
  behaviour: FailureBehaviour;
  after: readonly TemplateStep[];
}

/** Outputs that a skipped step has. */
const ASKED = new Set(['skipped', 'skipReason', 'continued']);

function error(path: string, message: string): Problem {
  return { level: 'error', path, message };
}

/** Nobody can catch the failure of another's action. */
function checkStock({ step, path }: Place): Problem[] {
  const replacement = findReplacement(step.action);
  const instead = replacement
    ? `Use ${replacement}, which can`
    : 'Use an action of the suite';
  return [
    error(
      path,
      `${step.action} can only abort: Backstage lets nobody catch or repeat the failure of another's action, so this would be ignored. ${instead}; or leave onFailure out and name with rollback what undoes the step.`,
    ),
  ];
}

/** What policy or people have refused must end the run. */
function checkGate({ path }: Place): Problem[] {
  return [
    error(
      path,
      'A gate can only abort: anything else would hide that the run was refused. Remove onFailure.',
    ),
  ];
}

function checkApply({ path, behaviour }: Place): Problem[] {
  return behaviour.then === 'skip'
    ? [
        error(
          path,
          'An apply can not be skipped: the steps after it would go on as if what it makes were there, and what it has half made would count as done. Use retry, or manual to have a person look at it.',
        ),
      ]
    : [];
}

function checkManual({ step, path, behaviour }: Place): Problem[] {
  const { manual, retry } = behaviour;
  if (!manual) {
    return [];
  }
  const at = `${path}${retry ? '.then' : ''}.manual.group`;
  return [
    ...(isGroup(manual.group)
      ? []
      : [
          error(
            at,
            `'${manual.group}' is no group. Write its entity ref, for example group:default/platform-team or platform-team.`,
          ),
        ]),
    ...(step.each === undefined
      ? []
      : [
          error(
            path,
            'A step that waits for a person cannot be repeated with each. Write one step for each of them.',
          ),
        ]),
  ];
}

function isGroup(value: string): boolean {
  try {
    const { kind } = parseEntityRef(value, { defaultKind: 'group' });
    return kind.toLowerCase() === 'group';
  } catch {
    return false;
  }
}

/** A skipped step has no outputs but `skipped` and `skipReason`. */
function checkSkip({ id, path, behaviour, after }: Place): Problem[] {
  if (behaviour.then !== 'skip') {
    return [];
  }
  return after
    .filter(step => readsOutputs(step, id) && !asksWhetherSkipped(step, id))
    .map(step => ({
      level: 'warning',
      path,
      message: `Step '${
        step.id ?? step.action
      }' uses an output that is not there when this one is skipped. Have it ask first, for example with if: \${{ not steps['${id}'].output.skipped }}`,
    }));
}

function readsOutputs(step: TemplateStep, id: string): boolean {
  return outputNames(step, id).some(name => !ASKED.has(name));
}

function asksWhetherSkipped(step: TemplateStep, id: string): boolean {
  return outputNames(step, id).includes('skipped');
}

/** Names of the outputs of one step that another one's expressions use. */
function outputNames(step: TemplateStep, id: string): string[] {
  const escaped = id.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const reference = new RegExp(
    `steps(?:\\.${escaped}|\\[\\\\?['"]${escaped}\\\\?['"]\\])\\.output\\b(?:\\.(\\w+))?`,
    'g',
  );
  return [...JSON.stringify(step).matchAll(reference)].map(
    ([, name]) => name ?? '',
  );
}

function checkBehaviour(place: Omit<Place, 'behaviour'>): Problem[] {
  const { step, path } = place;
  let behaviour: FailureBehaviour;
  try {
    behaviour = readFailureBehaviour(step.onFailure);
  } catch {
    return [
      error(
        path,
        'Write abort, skip, { retry: { attempts: 3, delay: 5, maximumDelay: 300 }, then: skip } (attempts from 1 to 10, seconds) or { manual: { group: platform-team, instructions: what to do } }.',
      ),
    ];
  }
  const full: Place = { ...place, behaviour };
  if (behaviour.then === 'abort' && !behaviour.retry) {
    return [];
  }
  if (!isOwn(step.action)) {
    return checkStock(full);
  }
  if (step.action === GATE_ACTION) {
    return checkGate(full);
  }
  return [
    ...(step.action === APPLY_ACTION ? checkApply(full) : []),
    ...checkManual(full),
    ...checkSkip(full),
  ];
}

/**
 * Checks `onFailure` and `rollback` of a template's steps.
 *
 * @param steps - as the author wrote them
 * @param form - the form's parameters by name
 */
export function checkFailures(
  steps: readonly TemplateStep[],
  form: FormParameters,
): Problem[] {
  return steps.flatMap((step, index) => [
    ...(step.onFailure === undefined
      ? []
      : checkBehaviour({
          step,
          id: step.id ?? `step-${index + 1}`,
          path: `spec.steps[${index}].onFailure`,
          after: steps.slice(index + 1),
        })),
    ...checkRollback(step, `spec.steps[${index}].rollback`, form),
  ]);
}
