import { ConflictError, NotFoundError } from '@backstage/errors';
import {
  createProblemError,
  toProviderError,
} from '@self-service/plugin-providers-node';

const CAS_MISMATCH = /check-and-set parameter did not match/i;

const REMEDIES = {
  307: 'Ask the platform team to point address of providers.vault at the active node or its load balancer.',
  403: "Ask the platform team to let the policy of the portal's role create this path, data and metadata, and read and delete its metadata.",
  404: 'Ask the platform team to check mount of providers.vault in app-config: it has to be a KV engine of version 2.',
  503: 'Vault is sealed or has no active node. Ask its operators to unseal it, then try again.',
};

/** Vault says that nothing is there, as opposed to: there is no such place. */
class AbsentError extends NotFoundError {}

/** Whether an error says that what was asked for isn't there. */
export function isAbsent(error: Error): boolean {
  return error instanceof AbsentError;
}

function readBody(text: string): { errors?: unknown; warnings?: unknown } {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? body : {};
  } catch {
    return {};
  }
}

/**
 * Turns Vault's refusals into the errors of the secrets port.
 *
 * @remarks
 * Bodies are `{ errors: [] }`
 * (https://developer.hashicorp.com/vault/api-docs#error-response). An empty
 * list with 404: nothing is there. Warnings with 404: the path is of another
 * version of the KV engine. A failed check-and-set is a 400.
 */
export function toVaultError(
  response: { status: number; headers: Headers },
  text: string,
  context: {
    action: string;
    now: number;
    secrets: (string | undefined)[];
  },
): Error {
  const { errors, warnings } = readBody(text);
  const list = Array.isArray(errors) ? errors : [];
  const words = [...list, ...(Array.isArray(warnings) ? warnings : [])];
  if (response.status === 404 && Array.isArray(errors) && !words.length) {
    return createProblemError(AbsentError, {
      what: `Vault found nothing when it was to ${context.action}.`,
      remedy: 'Check the path.',
      vendor: 'Vault',
      status: 404,
    });
  }
  if (response.status === 400 && CAS_MISMATCH.test(words.join())) {
    return createProblemError(ConflictError, {
      what: `Vault refused to ${context.action}: somebody has written it meanwhile.`,
      remedy: 'Look at it, then try again or choose another path.',
      vendor: 'Vault',
      status: 400,
    });
  }
  return toProviderError({
    vendor: 'Vault',
    status: response.status,
    headers: response.headers,
    message: words.join('; '),
    remedies: REMEDIES,
    ...context,
  });
}
