import { z } from 'zod';

/**
 * Whose problem a failure is: `yours` (the requester can change something),
 * `platform` (whoever runs the portal), `vendor` (an outside system is down or
 * slow), `unknown` (nobody has described this error yet).
 *
 * @public
 */
export const problemOwnerSchema = z.enum([
  'yours',
  'platform',
  'vendor',
  'unknown',
]);

/**
 * A failure in words that people can act on. No value of a secret is ever
 * part of it.
 *
 * @public
 */
export const problemSchema = z.object({
  /** What happened, one sentence. */
  what: z.string().min(1),
  whose: problemOwnerSchema,
  /** Whether the same thing can succeed when it is tried again. */
  canPass: z.boolean(),
  /** When trying again makes sense, where the vendor said so; ISO 8601. */
  retryAt: z.string().optional(),
  /** What to do about it, one or two sentences. */
  remedy: z.string(),
  /**
   * How the run's request for approval ended without one: a retry asks nobody
   * again.
   */
  refused: z.enum(['rejected', 'expired', 'cancelled']).optional(),
  /** For people, for example `GitHub`. */
  vendor: z.string().optional(),
  /** HTTP status of the vendor's answer. */
  status: z.number().optional(),
  /** The vendor's id of the request, for its support. */
  requestId: z.string().optional(),
  /** The vendor's own words, redacted; shown folded away. */
  raw: z.string().optional(),
});

/** @public */
export type ProblemOwner = z.infer<typeof problemOwnerSchema>;
/** @public */
export type Problem = z.infer<typeof problemSchema>;

/**
 * Something that others have written, without the full stop that it may end
 * with: to be made part of a sentence.
 *
 * @public
 */
export function withoutFullStop(text: string): string {
  return text.replace(/[.\s]+$/, '');
}

/**
 * Something that others have written, with a full stop where no end of a
 * sentence stands: to be put before other sentences.
 *
 * @public
 */
export function asSentence(text: string): string {
  const said = text.trim();
  return /[.!?…]$/.test(said) ? said : `${said}.`;
}
