/** Id of the scaffolder action that asks for the decision. @public */
export const GATE_ACTION = 'approval:request';

/** Id of the step that is injected into templates without a gate. @public */
export const INJECTED_GATE_STEP = 'self-service-gate';

/** The part of a template or task step that the gate rules look at. @public */
export interface GateStep {
  id?: string;
  action?: string;
  if?: unknown;
  each?: unknown;
  'backstage:permissions'?: unknown;
}

/**
 * Actions that create nothing outside: they may stand before a gate.
 * Anything that is not listed counts as creating.
 */
const HARMLESS = new Set([
  'catalog:fetch',
  'catalog:write',
  'debug:log',
  'debug:wait',
  'fetch:plain',
  'fetch:plain:file',
  'fetch:template',
  'fetch:template:file',
  'fs:delete',
  'fs:readdir',
  'fs:rename',
]);

/**
 * Actions that propose a change and leave its effect to a later step: they
 * may stand before a gate so that approvers see the plan.
 */
const PROPOSING = new Set([
  'git:pull-request:create',
  'github:pull-request',
  'publish:github:pull-request',
  // Makes room for the plan, at most.
  'terraform:plan',
]);

/**
 * Tells whether a step is a gate that always runs: an `approval:request`
 * without a condition, an iteration or a permission tag, each of which could
 * skip it.
 *
 * @public
 */
export function isGate(step: GateStep): boolean {
  return (
    step.action === GATE_ACTION &&
    step.if === undefined &&
    step.each === undefined &&
    step['backstage:permissions'] === undefined
  );
}

/**
 * Tells whether an action only proposes a change (opens a pull request).
 *
 * @public
 */
export function isProposing(action: string): boolean {
  return PROPOSING.has(action);
}

/**
 * Tells whether steps are gated: a gate exists, and before the first one
 * nothing is created but a pull request.
 *
 * @public
 */
export function isGated(steps: readonly GateStep[]): boolean {
  const first = steps.findIndex(isGate);
  return (
    first >= 0 &&
    steps
      .slice(0, first)
      .every(({ action = '' }) => HARMLESS.has(action) || PROPOSING.has(action))
  );
}
