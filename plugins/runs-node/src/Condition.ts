import { createServiceRef } from '@backstage/backend-plugin-api';
import { JsonObject } from '@backstage/types';

/** `wait.kind` of waits for conditions; a webhook may name it. @public */
export const CONDITION_WAIT = 'condition';

/**
 * How a condition stands.
 *
 * @public
 */
export interface ConditionState {
  /** `failed`: it can't be met any more, and the step fails. */
  status: 'open' | 'met' | 'failed';
  /** What was seen, in a sentence for people. */
  description: string;
  /** Where people see more. */
  url?: string;
  /** Of a condition that is met: what later steps can use. No secrets. */
  output?: JsonObject;
}

/** What a condition is about. @public */
export interface ConditionSubject {
  /** For people, behind "Waits for": `the merge of …`. */
  title: string;
  /**
   * What a webhook would name: its receiver says `{ kind: CONDITION_WAIT,
   * subject }`, and the wait is looked at at once.
   */
  subject?: string;
}

/**
 * Something outside that a run can wait for by `wait:for-condition`, without
 * holding a worker. The step looks at it for a short time; then the run is parked
 * and the sweep of the runs backend looks, or a webhook has it look sooner.
 *
 * @public
 */
export interface Condition {
  /** Name in templates: `condition: http`. */
  readonly kind: string;
  /**
   * Reads what a template says of it.
   *
   * @param input - `with` of the step
   * @throws InputError - names the field, the rule and the remedy
   */
  describe(input: JsonObject): ConditionSubject;
  /** One look at one. Changes nothing outside. */
  check(
    input: JsonObject,
    options?: { signal?: AbortSignal },
  ): Promise<ConditionState>;
  /**
   * Looks at many with as few requests as the vendor allows; `undefined` for
   * what can't be told now. Without it, `check` is called for each.
   */
  checkMany?(
    inputs: readonly JsonObject[],
  ): Promise<Array<ConditionState | undefined>>;
}

/**
 * Multiton: the scaffolder and the runs backend get every installed condition.
 *
 * @public
 */
export const conditionServiceRef = createServiceRef<Condition>({
  id: 'self-service.condition',
  scope: 'plugin',
  multiton: true,
});
