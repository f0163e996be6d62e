import { ConflictError, NotFoundError, ResponseError } from '@backstage/errors';
import {
  AskPerson,
  ChangedResource,
  changedResourceSchema,
  ClaimEffect,
  ClaimResult,
  claimResultSchema,
  CompleteEffect,
  Effect,
  effectListSchema,
  effectSchema,
  ExtendResource,
  Extension,
  extensionSchema,
  FindResource,
  Intervention,
  interventionSchema,
  RegisterRun,
  ReleaseEffect,
  Removal,
  removalSchema,
  RenewEffect,
  ReportStep,
  ResourceRecord,
  resourceRecordSchema,
  RunRecord,
  runRecordSchema,
  Settle,
  Suspend,
  SuspendResult,
  suspendResultSchema,
  UseResource,
  Wait,
} from '@self-service/plugin-runs-common';
import { BackendCaller, BackendCallerOptions } from './BackendCaller';
import { RunsService } from './RunsService';

/**
 * Asks the runs backend with the calling plugin's own service credentials.
 *
 * @remarks
 * Errors are `ResponseError`s whose `cause` is the error that the backend
 * threw; a 409 is a `ConflictError` with the backend's message, which says
 * what to do. Every route is idempotent, so that a caller may repeat a call that
 * timed out (after 30 seconds).
 */
export class DefaultRunsService implements RunsService {
  readonly #backend: BackendCaller;

  private constructor(deps: Omit<BackendCallerOptions, 'pluginId'>) {
    this.#backend = new BackendCaller({ ...deps, pluginId: 'runs' });
  }

  /** Makes a client; nothing is called yet. */
  static create(
    deps: Omit<BackendCallerOptions, 'pluginId'>,
  ): DefaultRunsService {
    return new DefaultRunsService(deps);
  }

  async register(taskId: string, run: RegisterRun): Promise<RunRecord> {
    const response = await this.#call('PUT', '/runs/:taskId', {
      params: { taskId },
      body: run,
    });
    return runRecordSchema.parse(response);
  }

  async get(taskId: string): Promise<RunRecord | undefined> {
    try {
      const response = await this.#call('GET', '/runs/:taskId/record', {
        params: { taskId },
      });
      return runRecordSchema.parse(response);
    } catch (error) {
      return orNothing(error);
    }
  }

  async suspend(suspension: Suspend): Promise<SuspendResult> {
    const response = await this.#call('POST', '/suspensions', {
      body: suspension,
    });
    return suspendResultSchema.parse(response);
  }

  async settle(wait: Settle): Promise<void> {
    await this.#call('POST', '/suspensions/settle', { body: wait });
  }

  async signal(wait: Wait): Promise<void> {
    await this.#call('POST', '/signals', { body: wait });
  }

  async claimEffect(effect: ClaimEffect): Promise<ClaimResult> {
    const response = await this.#call('POST', '/effects/claim', {
      body: effect,
    });
    return claimResultSchema.parse(response);
  }

  async renewEffect(id: string, renewal: RenewEffect): Promise<void> {
    await this.#call('POST', '/effects/:id/renew', {
      params: { id },
      body: renewal,
    });
  }

  async completeEffect(id: string, result: CompleteEffect): Promise<Effect> {
    const response = await this.#call('POST', '/effects/:id/complete', {
      params: { id },
      body: result,
    });
    return effectSchema.parse(response);
  }

  async releaseEffect(id: string, result: ReleaseEffect): Promise<void> {
    await this.#call('POST', '/effects/:id/release', {
      params: { id },
      body: result,
    });
  }

  async listEffects(taskId: string): Promise<Effect[]> {
    const response = await this.#call('GET', '/runs/:taskId/effects', {
      params: { taskId },
    });
    return effectListSchema.parse(response).items;
  }

  async reportStep(taskId: string, report: ReportStep): Promise<void> {
    await this.#call('POST', '/runs/:taskId/step-reports', {
      params: { taskId },
      body: report,
    });
  }

  async askPerson(question: AskPerson): Promise<Intervention> {
    const response = await this.#call('POST', '/interventions', {
      body: question,
    });
    return interventionSchema.parse(response);
  }

  async findResource(
    reference: FindResource,
  ): Promise<ResourceRecord | undefined> {
    try {
      const response = await this.#call('POST', '/resources/find', {
        body: reference,
      });
      return resourceRecordSchema.parse(response);
    } catch (error) {
      return orNothing(error);
    }
  }

  async changeResource(
    id: string,
    change: UseResource,
  ): Promise<ChangedResource> {
    const response = await this.#call('POST', '/resources/:id/changes', {
      params: { id },
      body: change,
    });
    return changedResourceSchema.parse(response);
  }

  async removeResource(id: string, removal: UseResource): Promise<Removal> {
    const response = await this.#call('POST', '/resources/:id/removals', {
      params: { id },
      body: removal,
    });
    return removalSchema.parse(response);
  }

  async extendResource(
    id: string,
    extension: ExtendResource,
  ): Promise<Extension> {
    const response = await this.#call('POST', '/resources/:id/extensions', {
      params: { id },
      body: extension,
    });
    return extensionSchema.parse(response);
  }

  async #call(
    ...call: Parameters<BackendCaller['call']>
  ): ReturnType<BackendCaller['call']> {
    try {
      return await this.#backend.call(...call);
    } catch (error) {
      throw error instanceof ResponseError ? toError(error) : error;
    }
  }
}

/**
 * A 404 of a backend without the plugin has another body: that one is a
 * failure to answer, never "there is none".
 */
function orNothing(error: unknown): undefined {
  if (
    error instanceof ResponseError &&
    error.statusCode === 404 &&
    error.body.error.name === NotFoundError.name
  ) {
    return undefined;
  }
  throw error;
}

/** What a conflict says is meant for people, and ends up in a run's log. */
function toError(error: ResponseError): Error {
  return error.statusCode === 409
    ? new ConflictError(error.body.error.message, error)
    : error;
}
