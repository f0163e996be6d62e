import type { z as zod } from 'zod/v3';

/**
 * Outputs of a step that went on without having done its work, for the steps
 * after it to ask; every action of ours has them.
 */
export const FAILURE_OUTPUTS = {
  skipped: (z: typeof zod) =>
    z
      .boolean()
      .optional()
      .describe('True where the step failed and its onFailure says skip'),
  skipReason: (z: typeof zod) =>
    z.string().optional().describe('Why it was skipped'),
  continued: (z: typeof zod) =>
    z
      .boolean()
      .optional()
      .describe('True where the step failed and a person did its work outside'),
};
