import { InputError } from '@backstage/errors';
import { z } from 'zod';

/**
 * Checks what a client sent.
 *
 * @throws InputError that names each wrong place
 */
export function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (!result.success) {
    // Paths and reasons only: the value may hold what nobody should read.
    const problems = result.error.issues.map(
      ({ path, message }) => `${path.join('.') || 'request'}: ${message}`,
    );
    throw new InputError(`Malformed request: ${problems.join('; ')}`);
  }
  return result.data;
}
