import {
  AuthService,
  DiscoveryService,
  LoggerService,
} from '@backstage/backend-plugin-api';
import { ResponseError } from '@backstage/errors';

/** How long the scaffolder's list is taken for true. */
const REMEMBER_MS = 5 * 60_000;
/** How soon it is asked again after it did not answer. */
const ASK_AGAIN_MS = 30_000;
/** Processing waits no longer for it. */
const TIMEOUT_MS = 5_000;

/**
 * Knows which actions the portal's scaffolder has.
 *
 * @remarks
 * It asks as the catalog, for which every action is visible. Those who ask
 * meanwhile wait for the one answer.
 */
export class ScaffolderActions {
  readonly #deps: ScaffolderActionsDeps;
  #answer?: { until: number; ids: Promise<ReadonlySet<string> | undefined> };

  private constructor(deps: ScaffolderActionsDeps) {
    this.#deps = deps;
  }

  static create(deps: ScaffolderActionsDeps): ScaffolderActions {
    return new ScaffolderActions(deps);
  }

  /**
   * The ids of all actions; `undefined` while the scaffolder can't be asked,
   * which says nothing about any of them.
   */
  async list(): Promise<ReadonlySet<string> | undefined> {
    const { now = () => performance.now() } = this.#deps;
    if (!this.#answer || this.#answer.until <= now()) {
      const answer = {
        until: now() + REMEMBER_MS,
        ids: this.#ask().catch(error => {
          answer.until = now() + ASK_AGAIN_MS;
          this.#deps.logger.debug(
            `The actions of templates are not checked: ${error}`,
          );
          return undefined;
        }),
      };
      this.#answer = answer;
    }
    return this.#answer.ids;
  }

  async #ask(): Promise<ReadonlySet<string>> {
    const { auth, discovery } = this.#deps;
    const baseUrl = await discovery.getBaseUrl('scaffolder');
    const { token } = await auth.getPluginRequestToken({
      onBehalfOf: await auth.getOwnServiceCredentials(),
      targetPluginId: 'scaffolder',
    });
    const response = await fetch(`${baseUrl}/v2/actions`, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok) {
      throw await ResponseError.fromResponse(response);
    }
    return readIds(await response.json());
  }
}

/** Only a list of actions says what there is not. */
function readIds(body: unknown): ReadonlySet<string> {
  const ids = Array.isArray(body)
    ? body.map((action: { id?: unknown } | null) => action?.id)
    : [];
  if (ids.length === 0 || !ids.every(id => typeof id === 'string')) {
    throw new Error('The scaffolder answered without a list of actions');
  }
  return new Set(ids);
}

interface ScaffolderActionsDeps {
  auth: AuthService;
  discovery: DiscoveryService;
  logger: LoggerService;
  /** Milliseconds on whatever scale, never backwards. */
  now?: () => number;
}
