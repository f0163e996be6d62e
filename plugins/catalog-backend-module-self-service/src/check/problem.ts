/**
 * Something that is wrong with a template.
 *
 * @remarks
 * `error`: its runs are refused or go wrong. `warning`: it works, and its
 * author should know.
 */
export interface Problem {
  level: 'error' | 'warning';
  /** Where, for example `spec.steps[2].input`. */
  path: string;
  /** What is wrong and what to do. */
  message: string;
}
