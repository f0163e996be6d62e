import { AuthService, DiscoveryService } from '@backstage/backend-plugin-api';
import { ConflictError, NotFoundError, ResponseError } from '@backstage/errors';
import {
  AskPerson,
  ClaimEffect,
  ClaimResult,
  claimResultSchema,
  CompleteEffect,
  Effect,
  effectListSchema,
  effectSchema,
  Intervention,
  interventionSchema,
  RegisterRun,
  ReleaseEffect,
  ReportStep,
  RunRecord,
  runRecordSchema,
  Settle,
  Suspend,
  SuspendResult,
  suspendResultSchema,
  Wait,
} from '@self-service/plugin-runs-common';
import { RunsService } from './RunsService';

/** How long a call may take before it counts as failed. */
const TIMEOUT_MS = 30_000;

/**
 * Talks to the runs backend over HTTP with the calling plugin's own service
 * credentials.
 *
 * @remarks
 * Errors are `ResponseError`s whose `cause` is the error that the backend
 * threw; a 409 is a `ConflictError` with the backend's message, which says
 * what to do. Every route is idempotent, so that a caller may repeat a call that
 * timed out (after 30 seconds).
 */
export class DefaultRunsService implements RunsService {
  readonly #discovery: DiscoveryService;
  readonly #auth: AuthService;

  private constructor(deps: {
    discovery: DiscoveryService;
    auth: AuthService;
  }) {
    this.#discovery = deps.discovery;
    this.#auth = deps.auth;
  }

  static create(deps: {
    discovery: DiscoveryService;
    auth: AuthService;
  }): DefaultRunsService {
    return new DefaultRunsService(deps);
  }

  async register(taskId: string, run: RegisterRun): Promise<RunRecord> {
    const response = await this.#call('PUT', runPath(taskId), run);
    return runRecordSchema.parse(await response.json());
  }

  async get(taskId: string): Promise<RunRecord | undefined> {
    try {
      const response = await this.#call('GET', `${runPath(taskId)}/record`);
      return runRecordSchema.parse(await response.json());
    } catch (error) {
      // A 404 of a backend without the plugin has another body: that one is
      // a failure to answer, never "nothing was registered".
      if (
        error instanceof ResponseError &&
        error.statusCode === 404 &&
        error.body.error.name === NotFoundError.name
      ) {
        return undefined;
      }
      throw error;
    }
  }

  async suspend(suspension: Suspend): Promise<SuspendResult> {
    const response = await this.#call('POST', '/suspensions', suspension);
    return suspendResultSchema.parse(await response.json());
  }

  async settle(wait: Settle): Promise<void> {
    await this.#call('POST', '/suspensions/settle', wait);
  }

  async signal(wait: Wait): Promise<void> {
    await this.#call('POST', '/signals', wait);
  }

  async claimEffect(effect: ClaimEffect): Promise<ClaimResult> {
    const response = await this.#call('POST', '/effects/claim', effect);
    return claimResultSchema.parse(await response.json());
  }

  async completeEffect(id: string, result: CompleteEffect): Promise<Effect> {
    const response = await this.#call(
      'POST',
      `/effects/${encodeURIComponent(id)}/complete`,
      result,
    );
    return effectSchema.parse(await response.json());
  }

  async releaseEffect(id: string, result: ReleaseEffect): Promise<void> {
    await this.#call(
      'POST',
      `/effects/${encodeURIComponent(id)}/release`,
      result,
    );
  }

  async listEffects(taskId: string): Promise<Effect[]> {
    const response = await this.#call('GET', `${runPath(taskId)}/effects`);
    return effectListSchema.parse(await response.json()).items;
  }

  async reportStep(taskId: string, report: ReportStep): Promise<void> {
    await this.#call('POST', `${runPath(taskId)}/step-reports`, report);
  }

  async askPerson(question: AskPerson): Promise<Intervention> {
    const response = await this.#call('POST', '/interventions', question);
    return interventionSchema.parse(await response.json());
  }

  async #call(
    method: 'GET' | 'POST' | 'PUT',
    path: string,
    body?: object,
  ): Promise<Response> {
    const baseUrl = await this.#discovery.getBaseUrl('runs');
    const { token } = await this.#auth.getPluginRequestToken({
      onBehalfOf: await this.#auth.getOwnServiceCredentials(),
      targetPluginId: 'runs',
    });
    const response = await fetch(`${baseUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body && { 'content-type': 'application/json' }),
      },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok) {
      throw toError(await ResponseError.fromResponse(response));
    }
    return response;
  }
}

/** What a conflict says is meant for people, and ends up in a run's log. */
function toError(error: ResponseError): Error {
  return error.statusCode === 409
    ? new ConflictError(error.body.error.message, error)
    : error;
}

function runPath(taskId: string): string {
  return `/runs/${encodeURIComponent(taskId)}`;
}
