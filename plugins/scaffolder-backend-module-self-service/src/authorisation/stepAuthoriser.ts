import {
  AuthorizeResult,
  PermissionCondition,
  PermissionCriteria,
  PolicyDecision,
} from '@backstage/plugin-permission-common';
import {
  isAndCriteria,
  isNotCriteria,
  isOrCriteria,
  PermissionRuleset,
} from '@backstage/plugin-permission-node';
import { JsonObject, JsonValue } from '@backstage/types';
import { toPath } from 'lodash';
import { TaskStep } from '../run/RunContext';

/** Allowed, denied, or not to be told before the input is rendered. */
export type Verdict = 'allowed' | 'denied' | 'unknown';

/** What the rules of the scaffolder's action permission look at. */
interface ActionResource {
  action: string;
  input: JsonObject;
}

const PROPERTY_RULES = new Set([
  'HAS_BOOLEAN_PROPERTY',
  'HAS_NUMBER_PROPERTY',
  'HAS_PROPERTY',
  'HAS_STRING_PROPERTY',
]);

const PARAMETER = /^\$\{\{\s*parameters\.([A-Za-z_]\w*)\s*\}\}$/;

function isExpression(value: unknown): boolean {
  return typeof value === 'string' && value.includes('${{');
}

function holdsExpression(value: unknown): boolean {
  return value && typeof value === 'object'
    ? Object.entries(value).some(
        ([key, entry]) => isExpression(key) || holdsExpression(entry),
      )
    : isExpression(value);
}

/**
 * Puts the parameters in where an expression is exactly one of them. A
 * parameter whose own text looks like an expression stays unknown.
 */
function substitute(value: JsonValue, parameters: JsonObject): JsonValue {
  if (typeof value === 'string') {
    const name = value.match(PARAMETER)?.[1];
    return name &&
      Object.hasOwn(parameters, name) &&
      !holdsExpression(parameters[name])
      ? (parameters[name] as JsonValue)
      : value;
  }
  if (Array.isArray(value)) {
    return value.map(entry => substitute(entry, parameters));
  }
  if (value && typeof value === 'object') {
    return Object.fromEntries(
      Object.entries(value).map(([key, entry]) => [
        key,
        substitute(entry as JsonValue, parameters),
      ]),
    );
  }
  return value;
}

/**
 * Evaluates conditions over inputs that are not rendered yet.
 *
 * @remarks
 * Three-valued (Kleene) logic: a condition that looks at a part of the input
 * which still holds a template expression is unknown. A custom rule may look
 * anywhere, so it is unknown as soon as any expression is left.
 */
class InputEvaluator {
  readonly #resource: ActionResource;

  constructor(
    readonly ruleset: PermissionRuleset<JsonObject>,
    step: TaskStep,
    parameters: JsonObject,
  ) {
    this.#resource = {
      action: step.action,
      input: substitute(
        (step.input ?? {}) as JsonObject,
        parameters,
      ) as JsonObject,
    };
  }

  evaluate(criteria: PermissionCriteria<PermissionCondition>): Verdict {
    if (isAndCriteria(criteria)) {
      const verdicts = criteria.allOf.map(entry => this.evaluate(entry));
      return combine(verdicts, 'denied', 'allowed');
    }
    if (isOrCriteria(criteria)) {
      const verdicts = criteria.anyOf.map(entry => this.evaluate(entry));
      return combine(verdicts, 'allowed', 'denied');
    }
    if (isNotCriteria(criteria)) {
      return negate(this.evaluate(criteria.not));
    }
    return this.#apply(criteria);
  }

  #apply(condition: PermissionCondition): Verdict {
    if (condition.rule !== 'HAS_ACTION_ID' && this.#isOpen(condition)) {
      return 'unknown';
    }
    const rule = this.ruleset.getRuleByName(condition.rule);
    return rule.apply(
      this.#resource as unknown as JsonObject,
      condition.params ?? {},
    )
      ? 'allowed'
      : 'denied';
  }

  #isOpen(condition: PermissionCondition): boolean {
    const key = condition.params?.key;
    if (!PROPERTY_RULES.has(condition.rule) || typeof key !== 'string') {
      return holdsExpression(this.#resource.input);
    }
    // The stock runner compares group paths of these actions with numeric
    // ids in a way of its own: not to be told from here.
    if (this.#resource.action.split(':').includes('group')) {
      return true;
    }
    let value: unknown = this.#resource.input;
    for (const segment of toPath(key)) {
      if (isExpression(value)) {
        return true;
      }
      const holder = value as Record<string, unknown> | undefined;
      if (holder && Object.keys(holder).some(isExpression)) {
        return true;
      }
      value = holder?.[segment];
    }
    return holdsExpression(value);
  }
}

function combine(
  verdicts: Verdict[],
  decisive: Verdict,
  otherwise: Verdict,
): Verdict {
  if (verdicts.includes(decisive)) {
    return decisive;
  }
  return verdicts.includes('unknown') ? 'unknown' : otherwise;
}

function negate(verdict: Verdict): Verdict {
  switch (verdict) {
    case 'allowed':
      return 'denied';
    case 'denied':
      return 'allowed';
    default:
      return 'unknown';
  }
}

/**
 * Says, for one step, whether the decision on `scaffolder.action.execute`
 * lets its requester run it, before its input is rendered.
 *
 * @param decision - the policy's answer for the requester
 * @param ruleset - the scaffolder's rules for actions
 * @param step - as stored in the task
 * @param parameters - the run's parameters
 */
export function authoriseStep(
  decision: PolicyDecision,
  ruleset: PermissionRuleset<JsonObject>,
  step: TaskStep,
  parameters: JsonObject,
): Verdict {
  if (decision.result === AuthorizeResult.ALLOW) {
    return 'allowed';
  }
  if (decision.result !== AuthorizeResult.CONDITIONAL) {
    return 'denied';
  }
  if (isExpression(step.action)) {
    return 'unknown';
  }
  try {
    return new InputEvaluator(ruleset, step, parameters).evaluate(
      decision.conditions,
    );
  } catch {
    // An unknown rule, or one that can't read this input: not to be told.
    return 'unknown';
  }
}
