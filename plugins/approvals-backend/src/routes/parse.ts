import { InputError } from '@backstage/errors';
import { z } from 'zod';

/**
 * Checks what a client sent.
 *
 * @throws InputError that names each wrong place
 */
export function parse<T extends z.ZodType>(
  schema: T,
  value: unknown,
): z.output<T> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) =>
      [path.join('.'), message].filter(Boolean).join(': '),
    );
    throw new InputError(`Invalid request: ${problems.join('; ')}`);
  }
  return parsed.data;
}
