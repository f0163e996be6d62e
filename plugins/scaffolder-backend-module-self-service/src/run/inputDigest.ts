import { createHash } from 'node:crypto';
import { JsonValue } from '@backstage/types';

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(canonical);
  }
  if (value && typeof value === 'object') {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, entry]) => entry !== undefined)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, entry]) => [key, canonical(entry)]),
    );
  }
  return value;
}

/**
 * Digest of a step's rendered input: with task and step it identifies one
 * act of a run, also under `each`, where checkpoints share a key.
 *
 * @remarks
 * Leave values of secrets out: the digest is stored, and a guessable value
 * could be found by trying.
 *
 * @param input - JSON; the order of keys does not matter
 * @returns 64 hexadecimal digits (SHA-256)
 */
export function inputDigest(
  input: Record<string, JsonValue | undefined>,
): string {
  return createHash('sha256')
    .update(JSON.stringify(canonical(input)))
    .digest('hex');
}
