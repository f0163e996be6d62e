import {
  AuthService,
  BackstageCredentials,
  createServiceFactory,
  createServiceRef,
  LoggerService,
} from '@backstage/backend-plugin-api';
import { NotAllowedError, NotFoundError, toError } from '@backstage/errors';

/** How a {@link PluginOperation} is reached over HTTP. @public */
export type OperationMethod = 'GET' | 'POST' | 'PUT';

/**
 * What a plugin backend does for other plugins. Its HTTP routes and the calls
 * within the process are both made from it, so that both check the same.
 *
 * @public
 */
export interface PluginOperation {
  method: OperationMethod;
  /** As express takes it: parameters are `:name`. */
  route: string;
  /** Status of success where nothing is answered; 204 by default. */
  emptyStatus?: number;
  /**
   * Checks what was sent and does it.
   *
   * @param call - `params` are those of the route; `body` is JSON as it came;
   * `caller` is the subject of the service that asks
   * @returns what is answered, as JSON; `undefined` for nothing
   */
  run(call: {
    params: Record<string, string>;
    body: unknown;
    caller: string;
  }): Promise<unknown>;
}

/**
 * Serves calls from plugins of the same process. Body and answer are JSON
 * values that nobody else holds.
 *
 * @public
 */
export type LocalBackend = (call: {
  method: OperationMethod;
  route: string;
  params: Record<string, string>;
  body: unknown;
  credentials: BackstageCredentials;
}) => Promise<unknown>;

/**
 * Where a plugin backend offers its operations to the clients that run in the
 * same process: a gate asks several questions, and each HTTP call costs it
 * milliseconds.
 *
 * @public
 */
export interface LocalBackends {
  /** From now on, calls to this plugin stay in the process. */
  offer(pluginId: string, backend: LocalBackend): void;
  /** `undefined` where the plugin runs elsewhere, or has not started. */
  find(pluginId: string): LocalBackend | undefined;
}

/** Remembers what was offered in this process. @public */
export function createLocalBackends(): LocalBackends {
  const offered = new Map<string, LocalBackend>();
  return {
    offer: (pluginId, backend) => void offered.set(pluginId, backend),
    find: pluginId => offered.get(pluginId),
  };
}

/** Root-scoped: one for all plugins of a process. @public */
export const localBackendsServiceRef = createServiceRef<LocalBackends>({
  id: 'self-service.local-backends',
  scope: 'root',
  defaultFactory: async service =>
    createServiceFactory({ service, deps: {}, factory: createLocalBackends }),
});

/** As the HTTP router of a backend turns errors into answers. */
const STATUS_BY_ERROR: Record<string, number> = {
  InputError: 400,
  AuthenticationError: 401,
  NotAllowedError: 403,
  NotFoundError: 404,
  ConflictError: 409,
  NotImplementedError: 501,
  ServiceUnavailableError: 503,
};

/** The status of an error over HTTP; 500 for those that tell of none. */
export function statusOf(error: Error): number {
  return STATUS_BY_ERROR[error.name] ?? 500;
}

/**
 * Serves operations without HTTP; as its routes do, for services only.
 *
 * @remarks
 * As the HTTP router, it logs what went wrong on our side, and keeps what a
 * database says of it from whoever asks.
 *
 * @public
 */
export function serveLocally(
  operations: readonly PluginOperation[],
  deps: { auth: Pick<AuthService, 'isPrincipal'>; logger: LoggerService },
): LocalBackend {
  const { auth, logger } = deps;
  return async ({ method, route, params, body, credentials }) => {
    const operation = operations.find(
      candidate => candidate.method === method && candidate.route === route,
    );
    if (!operation) {
      throw new NotFoundError(`There is no ${method} ${route}`);
    }
    if (!auth.isPrincipal(credentials, 'service')) {
      throw new NotAllowedError('This may be asked by services only');
    }
    const caller = credentials.principal.subject;
    try {
      return await operation.run({ params, body, caller });
    } catch (raw) {
      const error = toError(raw);
      if (statusOf(error) >= 500) {
        logger.error(`${method} ${route} failed`, error);
      }
      throw error.constructor.name === 'DatabaseError'
        ? new Error('An internal error occurred; the log of the backend tells')
        : error;
    }
  };
}
