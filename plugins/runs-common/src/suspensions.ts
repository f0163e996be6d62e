import { z } from 'zod';

/** Status of a suspension. @public */
export const suspensionStatusSchema = z.enum([
  'parking',
  'parked',
  'resuming',
  'resumed',
  'cancelled',
]);

/**
 * What a suspended run waits for: a kind and what is waited for within it,
 * for example `approval` and a request id.
 *
 * @public
 */
export const waitSchema = z.object({
  kind: z.string().min(1),
  ref: z.string().min(1),
  /**
   * What an event from outside would be about, for example the address of a
   * pull request: a webhook that names it has the wait looked at at once.
   */
  subject: z.string().min(1).optional(),
});

/** A run that is parked until a signal arrives. @public */
export const suspensionSchema = z.object({
  id: z.string(),
  taskId: z.string(),
  stepId: z.string(),
  status: suspensionStatusSchema,
  wait: waitSchema,
  /** For people: what the run waits for. */
  title: z.string(),
  url: z.string().optional(),
  /** ISO 8601. */
  createdAt: z.string(),
  resumedAt: z.string().optional(),
  /** Why the run can't be resumed without a person; absent when it can. */
  attention: z.string().optional(),
});

/** @public */
export type SuspensionStatus = z.infer<typeof suspensionStatusSchema>;
/** @public */
export type Wait = z.infer<typeof waitSchema>;
/** @public */
export type Suspension = z.infer<typeof suspensionSchema>;

/** The transitions that a suspension may take. @public */
export const SUSPENSION_TRANSITIONS: Record<
  SuspensionStatus,
  readonly SuspensionStatus[]
> = {
  parking: ['parked', 'resumed', 'cancelled'],
  parked: ['parking', 'resuming', 'resumed', 'cancelled'],
  resuming: ['parking', 'parked', 'resumed', 'cancelled'],
  resumed: ['parking', 'cancelled'],
  cancelled: [],
};
