import {
  createCipheriv,
  createDecipheriv,
  createHash,
  randomBytes,
} from 'node:crypto';
import { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';

const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;
/** 96 bits, as NIST SP 800-38D section 8.2 recommends for GCM. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const VERSION = 'v1';

/**
 * Seals the user secrets of a run for as long as it waits.
 *
 * @public
 */
export interface SecretSealer {
  /**
   * Encrypts and authenticates secrets for one run.
   *
   * @param secrets - names and values
   * @param taskId - the run; what is sealed for one opens for no other
   * @returns text that may be stored: `v1.<key id>.<nonce, text and tag>`
   */
  seal(secrets: Record<string, string>, taskId: string): string;
  /**
   * Gives back what was sealed.
   *
   * @throws InputError - sealed with a key that is not configured (any
   * more), for another run, or altered. The message holds no secret.
   */
  open(sealed: string, taskId: string): Record<string, string>;
}

interface SealKey {
  id: string;
  key: Buffer;
}

/**
 * Makes a sealer with the key at `runs.secretsKey`; it also opens what the
 * keys at `runs.previousSecretsKeys` sealed.
 *
 * @param config - the root config
 * @returns `undefined` where no key is configured
 * @throws InputError - a key is not 32 bytes in base64
 * @public
 */
export function createSecretSealer(config: Config): SecretSealer | undefined {
  const current = config.getOptionalString('runs.secretsKey');
  if (!current) {
    return undefined;
  }
  const key = readKey('runs.secretsKey', current);
  const previous = config.getOptionalStringArray('runs.previousSecretsKeys');
  const keys = [
    key,
    ...(previous ?? []).map((value, index) =>
      readKey(`runs.previousSecretsKeys[${index}]`, value),
    ),
  ];
  return {
    seal: (secrets, taskId) => seal(key, secrets, taskId),
    open: (sealed, taskId) => open(keys, sealed, taskId),
  };
}

function readKey(path: string, value: string): SealKey {
  const key = Buffer.from(value, 'base64');
  if (key.length !== KEY_BYTES) {
    throw new InputError(
      `${path} must be ${KEY_BYTES} bytes in base64 but has ${key.length}. Make one with: openssl rand -base64 ${KEY_BYTES}`,
    );
  }
  // Tells keys apart without telling anything of them.
  const id = createHash('sha256')
    .update('runs.secretsKey:')
    .update(key)
    .digest('hex')
    .slice(0, 8);
  return { id, key };
}

function seal(
  { id, key }: SealKey,
  secrets: Record<string, string>,
  taskId: string,
): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, nonce);
  cipher.setAAD(toAdditionalData(id, taskId));
  const text = Buffer.concat([
    cipher.update(JSON.stringify(secrets), 'utf8'),
    cipher.final(),
  ]);
  const envelope = Buffer.concat([nonce, text, cipher.getAuthTag()]);
  return [VERSION, id, envelope.toString('base64url')].join('.');
}

function open(
  keys: SealKey[],
  sealed: string,
  taskId: string,
): Record<string, string> {
  const [version, id, body] = sealed.split('.');
  const envelope = Buffer.from(body ?? '', 'base64url');
  if (version !== VERSION || envelope.length < NONCE_BYTES + TAG_BYTES) {
    throw new InputError('What the run keeps of its secrets is not readable');
  }
  const match = keys.find(candidate => candidate.id === id);
  if (!match) {
    throw new InputError(
      `The run's secrets were sealed with key '${id}', which is not configured (any more). Add it to runs.previousSecretsKeys`,
    );
  }
  const decipher = createDecipheriv(
    ALGORITHM,
    match.key,
    envelope.subarray(0, NONCE_BYTES),
    { authTagLength: TAG_BYTES },
  );
  decipher.setAAD(toAdditionalData(id, taskId));
  decipher.setAuthTag(envelope.subarray(-TAG_BYTES));
  try {
    const text = Buffer.concat([
      decipher.update(envelope.subarray(NONCE_BYTES, -TAG_BYTES)),
      decipher.final(),
    ]);
    return JSON.parse(text.toString('utf8'));
  } catch {
    // The cause is left out: it could hold a part of what was decrypted.
    throw new InputError(
      `What is kept of the secrets of run ${taskId} was altered or is of another run`,
    );
  }
}

function toAdditionalData(keyId: string, taskId: string): Buffer {
  return Buffer.from(JSON.stringify([VERSION, keyId, taskId]), 'utf8');
}
