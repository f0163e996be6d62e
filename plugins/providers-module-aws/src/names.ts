import { createHash } from 'node:crypto';
import { InputError } from '@backstage/errors';
import {
  createProblemError,
  toSecretPathSegments,
} from '@self-service/plugin-providers-node';

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html */
const MAXIMUM_NAME_LENGTH = 512;
/** What AWS takes in a name, but for `=`, which begins an encoded byte here. */
const PLAIN = /[A-Za-z0-9/_+.@-]/;

/**
 * The name of a secret in AWS. Most paths are their own names; characters that
 * AWS doesn't take are written as `=` and two hexadecimal digits for each byte
 * of UTF-8, and so is `=` itself, so that no two paths have one name.
 *
 * @throws InputError - not a path, or too long for AWS
 */
export function toSecretName(path: string): string {
  const plain = toSecretPathSegments(path).join('/');
  const name = [...plain]
    .map(character => (PLAIN.test(character) ? character : encode(character)))
    .join('');
  if (name.length > MAXIMUM_NAME_LENGTH) {
    throw createProblemError(InputError, {
      what: `The path ${path} is too long for AWS Secrets Manager.`,
      remedy: `Choose a shorter one: AWS takes ${MAXIMUM_NAME_LENGTH} characters, and three for each byte of what is no letter, digit or one of / _ + . @ -`,
    });
  }
  return name;
}

function encode(character: string): string {
  return [...Buffer.from(character, 'utf8')]
    .map(byte => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`)
    .join('');
}

/**
 * The request token of one act of a run: a UUID that is always the same. AWS
 * makes it the id of the version that the act writes, so that the act is known
 * by it later.
 */
export function toRequestToken(
  act: 'create' | 'rotate',
  runKey: string,
): string {
  const digest = createHash('sha256').update(`${act} ${runKey}`).digest('hex');
  // A version and variant of their own: UUID version 8 is for such as this.
  const parts = [
    digest.slice(0, 8),
    digest.slice(8, 12),
    `8${digest.slice(13, 16)}`,
    `a${digest.slice(17, 20)}`,
    digest.slice(20, 32),
  ];
  return parts.join('-');
}
