import { STATUS_CODES } from 'node:http';
import { AuthService, DiscoveryService } from '@backstage/backend-plugin-api';
import {
  ErrorResponseBody,
  ResponseError,
  serializeError,
  toError,
} from '@backstage/errors';
import {
  LocalBackend,
  LocalBackends,
  OperationMethod,
  statusOf,
} from './LocalBackends';

/** An answer that takes longer is none: a step must not hang on it. */
const TIMEOUT_MILLISECONDS = 30_000;

/**
 * Calls another plugin's backend with the calling plugin's own service
 * credentials: in the process where it runs there, else over HTTP.
 *
 * @remarks
 * Both ways are the same to whoever calls: JSON comes and goes, and an error
 * is a `ResponseError` whose `cause` is what the backend threw. Nothing is
 * repeated here.
 *
 * @public
 */
export class BackendCaller {
  readonly #options: BackendCallerOptions;

  constructor(options: BackendCallerOptions) {
    this.#options = options;
  }

  /**
   * Makes one call.
   *
   * @param route - as the backend declares it, for example `/runs/:taskId`
   * @returns the answer, parsed from JSON; `undefined` where there is none
   * @throws ResponseError for any answer but success
   * @throws DOMException `TimeoutError` after 30 seconds
   */
  async call(
    method: OperationMethod,
    route: string,
    sent: { params?: Record<string, string>; body?: object } = {},
  ): Promise<unknown> {
    const { localBackends, pluginId } = this.#options;
    const { params = {}, body } = sent;
    const local = localBackends?.find(pluginId);
    return local
      ? this.#callLocally(local, { method, route, params, body })
      : this.#callOverHttp(method, fillIn(route, params), body);
  }

  async #callLocally(
    local: LocalBackend,
    call: Omit<Parameters<LocalBackend>[0], 'credentials'>,
  ): Promise<unknown> {
    const credentials = await this.#options.auth.getOwnServiceCredentials();
    const timeout = AbortSignal.timeout(TIMEOUT_MILLISECONDS);
    const late = new Promise<never>((_, reject) => {
      timeout.addEventListener('abort', () => reject(timeout.reason));
    });
    const { method, route, params } = call;
    const answer = local({ ...call, body: toJson(call.body), credentials });
    try {
      return toJson(await Promise.race([answer, late]));
    } catch (error) {
      throw error === timeout.reason
        ? error
        : await toResponseError(error, method, fillIn(route, params));
    }
  }

  async #callOverHttp(
    method: OperationMethod,
    path: string,
    body?: object,
  ): Promise<unknown> {
    const { discovery, auth, pluginId } = this.#options;
    const [baseUrl, { token }] = await Promise.all([
      discovery.getBaseUrl(pluginId),
      auth.getPluginRequestToken({
        onBehalfOf: await auth.getOwnServiceCredentials(),
        targetPluginId: pluginId,
      }),
    ]);
    const response = await fetch(`${baseUrl}${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${token}`,
        ...(body && { 'Content-Type': 'application/json' }),
      },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
    });
    if (!response.ok) {
      throw await ResponseError.fromResponse(response);
    }
    const text = await response.text();
    return text === '' ? undefined : JSON.parse(text);
  }
}

/** What a {@link BackendCaller} needs. @public */
export interface BackendCallerOptions {
  /** The plugin that is called. */
  pluginId: string;
  discovery: DiscoveryService;
  auth: AuthService;
  /** Without it, every call goes over HTTP. */
  localBackends?: LocalBackends;
}

function fillIn(route: string, params: Record<string, string>): string {
  return route.replace(/:(\w+)/g, (_, name) =>
    encodeURIComponent(params[name]),
  );
}

/** As it would come over HTTP: a copy, without what JSON does not know. */
function toJson(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

/** The error that the same failure is over HTTP. */
async function toResponseError(
  error: unknown,
  method: string,
  url: string,
): Promise<ResponseError> {
  const cause = toError(error);
  const statusCode = statusOf(cause);
  const body: ErrorResponseBody = {
    error: serializeError(cause),
    request: { method, url },
    response: { statusCode },
  };
  return ResponseError.fromResponse(
    Response.json(body, {
      status: statusCode,
      statusText: STATUS_CODES[statusCode],
    }),
  );
}
