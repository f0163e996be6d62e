import { ConflictError, NotFoundError } from '@backstage/errors';
import {
  createProblemError,
  toProviderError,
} from '@self-service/plugin-providers-node';

const CAS_MISMATCH = /check-and-set parameter did not match/i;
/** What the database engine says of a role that it lacks, with status 400. */
const UNKNOWN_ROLE = /unknown role/i;

const REMEDIES = {
  307: 'Ask the platform team to point address of providers.vault at the active node or its load balancer.',
  403: "Ask the platform team to give the policy of the portal's role what it lacks for this; the README of the provider lists it, and the provider's health check what is missing.",
  404: 'Ask the platform team to check mount of providers.vault in app-config: it has to be a KV engine of version 2.',
  503: 'Vault is sealed or has no active node. Ask its operators to unseal it, then try again.',
};

/** Vault says that nothing is there, as opposed to: there is no such place. */
class AbsentError extends NotFoundError {}

/** Whether an error says that what was asked for isn't there. */
export function isAbsent(error: Error): boolean {
  return error instanceof AbsentError;
}

function readBody(text: string): {
  errors?: unknown;
  warnings?: unknown;
  data?: unknown;
} {
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
 * list with 404: nothing is there; data with 404: a version that was deleted.
 * Warnings with 404: the path is of another version of the KV engine. A failed
 * check-and-set is a 400.
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
  const { errors, warnings, data } = readBody(text);
  const list = Array.isArray(errors) ? errors : [];
  const words = [...list, ...(Array.isArray(warnings) ? warnings : [])];
  const isEmpty = Array.isArray(errors) || typeof data === 'object';
  if (response.status === 404 && isEmpty && !words.length) {
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
  if (response.status === 400 && UNKNOWN_ROLE.test(words.join())) {
    return createProblemError(NotFoundError, {
      what: `Vault knows no such role and did not ${context.action}.`,
      whose: 'platform',
      remedy:
        'Check the name, or ask the platform team to add the role to the database engine.',
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
