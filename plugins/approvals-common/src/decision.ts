import { z } from 'zod';

/**
 * What policy says: go ahead, ask people, or no.
 *
 * @public
 */
export type DecisionOutcome = 'auto-approve' | 'require-approval' | 'deny';

/**
 * How the stages of a decision run: none, one, all at once, or in their order.
 *
 * @public
 */
export type DecisionType = 'auto' | 'single' | 'multiple' | 'sequential';

/**
 * How much care a request asks for.
 *
 * @public
 */
export type DecisionRisk = 'low' | 'elevated' | 'high';

const iso8601Duration =
  /^P(?=\d|T\d)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?$/;

/**
 * An ISO 8601 duration such as `PT4H`, as text.
 *
 * @public
 */
export const durationSchema = z
  .string()
  .regex(iso8601Duration, 'must be an ISO 8601 duration such as PT4H');

/**
 * Who may decide a stage: the lead of a team, or a member of a group.
 *
 * @public
 */
export const approverSchema = z.union([
  z.strictObject({ leadOf: z.string().min(1) }),
  z.strictObject({ group: z.string().min(1) }),
]);

/**
 * Who may decide a stage, as group references: the lead of a team, or any
 * member of a group.
 *
 * @public
 */
export type Approver = z.infer<typeof approverSchema>;

/**
 * A rule that fired; see {@link Reason}.
 *
 * @public
 */
export const reasonSchema = z.object({
  code: z.string().min(1),
  dimension: z.string().min(1),
  params: z.record(z.string(), z.unknown()),
});

/**
 * A rule that fired: its code (`cost.lead`), the dimension it belongs to, and
 * the values that a text for people needs.
 *
 * @remarks
 * `params` by code: `environment.<name>` `{environment}`; `cost.lead`
 * `{cost, from, currency?}`; `cost.finance` `{cost, above, currency?}`;
 * `scope.teams` `{teams}` (those that aren't the requester's); `risk.operation`
 * and `compliance.sequential` `{operation}`; `time.freeze`
 * `{freezes: [{id?, reason?, from, to}]}`; `invalid.*` `{field, value?}`;
 * `invalid.data` `{fields}`. Other policies may add codes, so read with care.
 *
 * @public
 */
export type Reason = z.infer<typeof reasonSchema>;

/**
 * One approver group of a decision; see {@link DecisionStage}.
 *
 * @public
 */
export const decisionStageSchema = z.object({
  id: z.string().min(1),
  kind: z.string().min(1),
  approvers: z.array(approverSchema),
  quorum: z.number().int().min(1),
  due: durationSchema,
  escalateAfter: durationSchema,
  escalateTo: z.array(approverSchema),
  reasons: z.array(z.string().min(1)).min(1),
});

/**
 * One approver group of a decision, in the order in which stages run.
 *
 * @remarks
 * `kind` is `team-lead`, `finance`, `security` or `freeze` in the shipped
 * policy; `due` and `escalateAfter` are ISO 8601 durations from the moment the
 * stage opens; `reasons` are codes of the decision's reasons.
 *
 * @public
 */
export type DecisionStage = z.infer<typeof decisionStageSchema>;

const common = {
  reasons: z.array(reasonSchema),
  warnings: z.array(z.unknown()),
};

/**
 * Checks what a policy returns, and that it does not contradict itself.
 *
 * @remarks
 * A result that fails here is no decision: the caller denies. An
 * `auto-approve` has no stage, a `require-approval` at least one, a `deny`
 * neither stage nor type nor risk, but a reason.
 *
 * @public
 */
export const decisionSchema = z.discriminatedUnion('outcome', [
  z.object({
    outcome: z.literal('auto-approve'),
    type: z.literal('auto'),
    risk: z.enum(['low', 'elevated', 'high']),
    stages: z.array(decisionStageSchema).length(0),
    ...common,
  }),
  z.object({
    outcome: z.literal('require-approval'),
    type: z.enum(['single', 'multiple', 'sequential']),
    risk: z.enum(['low', 'elevated', 'high']),
    stages: z
      .array(decisionStageSchema)
      .min(1)
      .refine(
        stages => new Set(stages.map(({ id }) => id)).size === stages.length,
        'stage ids must be unique',
      ),
    ...common,
  }),
  z.object({
    outcome: z.literal('deny'),
    type: z.undefined().optional(),
    risk: z.undefined().optional(),
    stages: z.array(decisionStageSchema).length(0),
    reasons: z.array(reasonSchema).min(1),
    warnings: common.warnings,
  }),
]);

/**
 * A policy's answer to one request; `outcome` tells the three forms apart.
 *
 * @public
 */
export type Decision = z.infer<typeof decisionSchema>;
