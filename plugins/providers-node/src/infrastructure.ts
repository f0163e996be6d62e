import { createServiceRef } from '@backstage/backend-plugin-api';
import { JsonValue } from '@backstage/types';
import { Repository } from './git';
import { Provider } from './provider';

/**
 * Optional parts of the infrastructure port.
 *
 * @remarks
 * `cancel`: stops what is under way (`cancel`). `cost-estimate`: runs say what
 * the planned state costs a month. `workspaces`: a directory is planned once it
 * has a workspace (`createWorkspaces`).
 *
 * @public
 */
export const INFRASTRUCTURE_FEATURES = [
  'cancel',
  'cost-estimate',
  'workspaces',
] as const;

/** One of {@link INFRASTRUCTURE_FEATURES}. @public */
export type InfrastructureFeature = (typeof INFRASTRUCTURE_FEATURES)[number];

/** What a plan would do. @public */
export interface PlanSummary {
  add: number;
  change: number;
  destroy: number;
}

/** One project (directory, workspace) of an infrastructure run. @public */
export interface InfrastructureProject {
  name: string;
  /** Path in the repository; absent where the vendor does not tell it. */
  directory?: string;
  status: 'pending' | 'planned' | 'applying' | 'applied' | 'failed';
  /** The vendor's own words. */
  description?: string;
  url?: string;
}

/**
 * What the infrastructure vendor does with one head of a pull request.
 * `unknown` is never final: it is asked again until the deadline.
 *
 * @public
 */
export interface InfrastructureRun {
  pullRequestUrl: string;
  /** Commit id that this status is about. */
  head: string;
  status:
    | 'unknown'
    | 'planning'
    | 'planned'
    | 'applying'
    | 'applied'
    | 'failed';
  /** Which phase failed. */
  failedPhase?: 'plan' | 'apply';
  description?: string;
  plan?: PlanSummary;
  /**
   * The vendor's estimate of what the planned state costs a month, in the
   * currency of the policy data; absent where it makes none.
   */
  monthlyCost?: number;
  planUrl?: string;
  applyUrl?: string;
  projects: InfrastructureProject[];
  /** Whether the pull request is merged. */
  merged: boolean;
  /**
   * Of an apply that is under way: whether it stands still until `startApply`
   * is called again. Vendors that apply what is merged plan the merge commit
   * anew, and ask once more.
   */
  awaitsStart?: boolean;
}

/** Where a directory of a repository is planned and applied. @public */
export interface InfrastructureWorkspace {
  /** As the vendor knows it; unique within the provider. */
  name: string;
  /** Path in the repository. */
  directory: string;
  /** Its page. */
  url: string;
}

/** Where a sensitive value lies; safe to store and show. @public */
export interface SecretReference {
  /** Id of the infrastructure provider that can read it. */
  provider: string;
  /**
   * Which state or workspace it lies in, as the provider names it. Not an
   * address to call: the provider finds that in its configuration, so that a
   * forged reference can't send its credentials elsewhere.
   */
  state: string;
  /** Name of the output. */
  output: string;
}

/** Outputs of an applied run. @public */
export interface InfrastructureOutputs {
  values: Record<string, JsonValue>;
  sensitive: Record<string, SecretReference>;
}

/** How the destruction of what a pull request applied stands. @public */
export interface Destruction {
  /** `absent`: nothing of it was ever applied. */
  status: 'pending' | 'destroyed' | 'failed' | 'absent';
  /** What is waited for, or why it failed. */
  description: string;
  url?: string;
}

/**
 * Port of the capability `infrastructure`; errors as for the git port.
 *
 * @public
 */
export interface InfrastructureProvider extends Provider {
  readonly capability: 'infrastructure';
  /** See {@link INFRASTRUCTURE_FEATURES}. */
  readonly features: readonly InfrastructureFeature[];
  /** Whether runs of this pull request are this provider's. */
  serves(pullRequestUrl: string): boolean;
  /** Whether runs of pull requests of this repository are this provider's. */
  servesRepository(repository: Repository): boolean;
  /**
   * Gives each of these directories a workspace of its own where the vendor
   * needs one before it plans them, and finds this run's own. Called before the
   * pull request is opened: vendors plan what is opened or pushed from then on.
   *
   * @returns those that carry `runKey`, in the order of `directories`; none
   * where the vendor finds directories by itself, or others made them before
   * @throws ConflictError - a workspace of that name is for something else
   */
  createWorkspaces(
    repository: Repository,
    directories: readonly string[],
    options: { runKey: string; signal?: AbortSignal },
  ): Promise<InfrastructureWorkspace[]>;
  /**
   * Finds what `createWorkspaces` of this run made for one directory;
   * `undefined` where there is no workspace, or it is not this run's. Changes
   * nothing.
   */
  findWorkspace(
    repository: Repository,
    directory: string,
    options: { runKey: string; signal?: AbortSignal },
  ): Promise<InfrastructureWorkspace | undefined>;
  /**
   * Takes back `createWorkspaces` of this run, for one directory. `retained`: it
   * still manages something, and stays. `busy`: something is under way in it,
   * and a later call may remove it. `absent`: there is none.
   *
   * @throws ConflictError - the directory's workspace is not this run's
   */
  removeWorkspace(
    repository: Repository,
    directory: string,
    options: { runKey: string; signal?: AbortSignal },
  ): Promise<'removed' | 'absent' | 'retained' | 'busy'>;
  /**
   * Stops what is under way for a pull request, or waits to be started; what
   * is over stays as it is. Takes effect some time later. Providers without
   * the feature `cancel` do nothing.
   */
  cancel(
    pullRequestUrl: string,
    options?: { signal?: AbortSignal },
  ): Promise<void>;
  /** Reads where the plan and apply of a pull request's head stand. */
  getRun(
    pullRequestUrl: string,
    options?: { signal?: AbortSignal },
  ): Promise<InfrastructureRun>;
  /**
   * Finds where a commit stands that is the head of a pull request, or its merge
   * commit; `undefined` where it is neither. See `findRunOfCommit`.
   *
   * @throws InputError - the provider does not serve this repository
   */
  findRun(
    repository: Repository,
    commit: string,
    options?: { signal?: AbortSignal },
  ): Promise<InfrastructureRun | undefined>;
  /**
   * Starts the apply of exactly this head; a no-op when it was started
   * already. Where the run says `awaitsStart` it goes on with an apply that has
   * begun. After a failed plan or apply it has the pull request planned anew: the
   * run is `planning` or `applying` then, and has to be started once more when it
   * is `planned` or `awaitsStart`. A pull request whose head is another is a
   * `ConflictError`.
   */
  startApply(
    pullRequestUrl: string,
    options: { head: string; signal?: AbortSignal },
  ): Promise<void>;
  /**
   * Reads where many pull requests stand, with as few requests as the vendor
   * allows; those that can't be read are left out.
   *
   * @param onError - told of each that is left out
   */
  getRuns(
    pullRequestUrls: readonly string[],
    options?: {
      signal?: AbortSignal;
      onError?: (pullRequestUrl: string, error: unknown) => void;
    },
  ): Promise<InfrastructureRun[]>;
  /**
   * Destroys what a pull request has applied, a step further with each call:
   * idempotent, waits for nothing. Of a merged one that is all that lies in
   * `directories`: those that its revert takes away, which no vendor plans any
   * more once they are gone. They have to be there still. What it applied
   * elsewhere is taken back by applying its revert. After `failed` a later call
   * tries anew. Only as much as the pull request has added is destroyed: one that
   * changed what there was before is `failed`, with what people can do.
   *
   * @param options.directories - paths in the repository; an open pull request
   * is destroyed whole, whatever is named
   * @throws ConflictError - the pull request is merged, and no directory is named
   */
  destroy(
    pullRequestUrl: string,
    options: {
      runKey: string;
      directories?: readonly string[];
      signal?: AbortSignal;
    },
  ): Promise<Destruction>;
  /** Outputs of an applied run; sensitive ones by reference only. */
  getOutputs(
    run: InfrastructureRun,
    options?: { signal?: AbortSignal },
  ): Promise<InfrastructureOutputs>;
  /**
   * Reads sensitive values, to be handed straight to a secrets provider.
   * Callers keep them out of outputs, checkpoints, logs and databases.
   */
  readSensitive(
    references: Record<string, SecretReference>,
    options?: { signal?: AbortSignal },
  ): Promise<Record<string, JsonValue>>;
}

/**
 * Multiton: each vendor's factory gives the infrastructure providers that app-config names, or
 * none; `.flat()` is all of them.
 *
 * @public
 */
export const infrastructureProviderServiceRef = createServiceRef<
  readonly InfrastructureProvider[]
>({
  id: 'self-service.provider.infrastructure',
  scope: 'root',
  multiton: true,
});
