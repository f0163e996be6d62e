import {
  coreServices,
  createServiceFactory,
  createServiceRef,
} from '@backstage/backend-plugin-api';
import {
  AskPerson,
  ChangedResource,
  ClaimEffect,
  ClaimResult,
  CompleteEffect,
  Effect,
  ExtendResource,
  Extension,
  FindResource,
  Intervention,
  RegisterRun,
  ReleaseEffect,
  Removal,
  RenewEffect,
  ReportStep,
  ResourceRecord,
  RunRecord,
  Settle,
  Suspend,
  SuspendResult,
  UseResource,
  Wait,
} from '@self-service/plugin-runs-common';
import { DefaultRunsService } from './DefaultRunsService';
import { localBackendsServiceRef } from './LocalBackends';

/**
 * What actions and other plugins ask of the runs backend. Every call is made
 * with the calling plugin's own service credentials.
 *
 * @public
 */
export interface RunsService {
  /** Records a run at its first gate. What stands is kept, except that `authorised` may become true. */
  register(taskId: string, run: RegisterRun): Promise<RunRecord>;
  /** What was registered of a run; `undefined` where nothing was. */
  get(taskId: string): Promise<RunRecord | undefined>;
  /**
   * Parks a run: writes the suspension, then cancels the task. Idempotent by
   * task, step and input digest.
   */
  suspend(suspension: Suspend): Promise<SuspendResult>;
  /**
   * Marks the suspension of a wait as passed, and forgets its secrets. No
   * suspension: nothing happens. An attempt that lacks secrets which the run
   * had must fail before it settles: the backend then retries the task with
   * those that it keeps.
   */
  settle(wait: Settle): Promise<void>;
  /** Says that what was waited for has happened. Kept if nobody waits yet. */
  signal(wait: Wait): Promise<void>;
  /** Claims the right to create something. Refused for a cancelled run. */
  claimEffect(effect: ClaimEffect): Promise<ClaimResult>;
  /**
   * Keeps what was claimed for as long again as the claim did.
   *
   * @throws ConflictError - another attempt has it, or the run has ended: stop
   * making it
   */
  renewEffect(id: string, renewal: RenewEffect): Promise<void>;
  /** `intended → created`. */
  completeEffect(id: string, result: CompleteEffect): Promise<Effect>;
  /** Gives the lease back; `absent` also ends the effect. */
  releaseEffect(id: string, result: ReleaseEffect): Promise<void>;
  /** Every effect of a run, oldest first. */
  listEffects(taskId: string): Promise<Effect[]>;
  /** Tells what became of an attempt of a step, for the run page. */
  reportStep(taskId: string, report: ReportStep): Promise<void>;
  /**
   * Asks a person of a group to put something right outside. Idempotent by
   * task, step and input digest: asked again, it returns what stands, whatever
   * the answer was. Each failure asks under a digest of its own. The run waits
   * for the kind `intervention`, ref = its id.
   */
  askPerson(question: AskPerson): Promise<Intervention>;
  /** What the server knows of a resource; `undefined` where there is none. */
  findResource(reference: FindResource): Promise<ResourceRecord | undefined>;
  /**
   * Notes that a run is about to change a resource: nobody removes it
   * meanwhile, and what the run makes becomes a part of it. Idempotent by run.
   *
   * @throws a ResponseError 403 - the run may not; see `findResourceSchema`
   * @throws ConflictError - it is removed, or being removed
   */
  changeResource(id: string, change: UseResource): Promise<ChangedResource>;
  /**
   * Begins to remove a resource, or tells how its removal by this run stands.
   * A run waits for it with the kind `resource-removal` and the `waitRef` of
   * the answer. Idempotent by run.
   *
   * @throws a ResponseError 403 - the run may not; see `findResourceSchema`
   * @throws ConflictError - another run removes or changes it, or has removed it
   */
  removeResource(id: string, removal: UseResource): Promise<Removal>;
  /**
   * Moves the end of a resource. Idempotent by run.
   *
   * @throws a ResponseError 400 - `until` is no time to come
   * @throws a ResponseError 403 - the run may not; see `findResourceSchema`
   * @throws ConflictError - it is removed, or being removed
   */
  extendResource(id: string, extension: ExtendResource): Promise<Extension>;
}

/** @public */
export const runsServiceRef = createServiceRef<RunsService>({
  id: 'self-service.runs',
  scope: 'plugin',
  defaultFactory: async service =>
    createServiceFactory({
      service,
      deps: {
        discovery: coreServices.discovery,
        auth: coreServices.auth,
        localBackends: localBackendsServiceRef,
      },
      factory: deps => DefaultRunsService.create(deps),
    }),
});
