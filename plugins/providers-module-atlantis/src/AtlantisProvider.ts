import { Config } from '@backstage/config';
import { ConflictError, InputError, NotFoundError } from '@backstage/errors';
import { JsonValue } from '@backstage/types';
import {
  chooseProvider,
  GitProvider,
  HttpClient,
  InfrastructureOutputs,
  InfrastructureProvider,
  InfrastructureRun,
  Repository,
  SecretReference,
} from '@self-service/plugin-providers-node';
import { AtlantisConfig, readAtlantisConfig } from './config';
import { readStatuses } from './readStatuses';
import { StateOutput, StateReader } from './StateReader';
import { readStateAddress, toStateAddress } from './stateAddress';

/** @public */
export interface AtlantisProviderOptions {
  gitProviders: readonly GitProvider[];
  /** Replaced in tests: time limits, waits, clock. */
  http?: Pick<HttpClient, 'fetch' | 'now'>;
}

interface CallOptions {
  signal?: AbortSignal;
}

/** What is known of a pull request before anything is asked. */
interface Target {
  git: GitProvider;
  server: AtlantisConfig;
  repository: Repository;
}

const APPLY_COMMENT = 'atlantis apply';
const CLOSED = 'The pull request was closed without being merged.';

/**
 * The infrastructure port on Atlantis, which speaks through the pull request:
 * commit statuses say where it stands, a comment starts the apply.
 *
 * @remarks
 * Not through Atlantis' own API, which is alpha and plans anew before it
 * applies. Not through its comments, which are localised and overridable.
 *
 * @public
 */
export class AtlantisProvider implements InfrastructureProvider {
  readonly id = 'atlantis';
  readonly #servers: readonly AtlantisConfig[];
  readonly #gitProviders: readonly GitProvider[];
  readonly #http: Pick<HttpClient, 'fetch' | 'now'>;

  static fromConfig(
    config: Config,
    options: AtlantisProviderOptions,
  ): AtlantisProvider {
    return new AtlantisProvider(readAtlantisConfig(config), options);
  }

  private constructor(
    servers: readonly AtlantisConfig[],
    options: AtlantisProviderOptions,
  ) {
    this.#servers = servers;
    this.#gitProviders = options.gitProviders;
    this.#http =
      options.http ??
      HttpClient.create({ vendor: 'The Terraform state server' });
  }

  serves(pullRequestUrl: string): boolean {
    return this.#findTarget(pullRequestUrl) !== undefined;
  }

  async getRun(
    pullRequestUrl: string,
    options: CallOptions = {},
  ): Promise<InfrastructureRun> {
    const {
      plannedAt: _,
      closed,
      ...run
    } = await this.#read(pullRequestUrl, options);
    // Atlantis drops its plans then, and leaves the statuses as they are.
    return closed && !['applied', 'failed'].includes(run.status)
      ? { ...run, status: 'failed', failedPhase: 'apply', description: CLOSED }
      : run;
  }

  async startApply(
    pullRequestUrl: string,
    { head, ...options }: CallOptions & { head: string },
  ): Promise<void> {
    const { git } = this.#getTarget(pullRequestUrl);
    const run = await this.#read(pullRequestUrl, options);
    if (run.head !== head) {
      throw new ConflictError(
        `Pull request ${pullRequestUrl} has moved on: its head is ${run.head}, and ${head} was decided on. Have the new head decided on, or put the old one back.`,
      );
    }
    if (run.status !== 'planned') {
      this.#assertStarted(run);
      return;
    }
    if (run.closed || run.merged) {
      throw new ConflictError(
        `Pull request ${pullRequestUrl} was ${
          run.merged ? 'merged' : 'closed'
        } before its plan was applied, and Atlantis applies open ones only. Start a new run.`,
      );
    }
    const comments = await git.listComments(pullRequestUrl, {
      since: run.plannedAt,
      ...options,
    });
    // Git hosts list what was changed since then: ask when it was made.
    const asked = comments.some(
      ({ body, createdAt }) =>
        body.trim() === APPLY_COMMENT &&
        Date.parse(createdAt) >= Date.parse(run.plannedAt ?? createdAt),
    );
    if (!asked) {
      await git.addComment(pullRequestUrl, APPLY_COMMENT, options);
    }
  }

  async getOutputs(
    run: InfrastructureRun,
    options: CallOptions = {},
  ): Promise<InfrastructureOutputs> {
    const { server, repository } = this.#getTarget(run.pullRequestUrl);
    const reader = this.#createReader(server);
    const outputs: InfrastructureOutputs = { values: {}, sensitive: {} };
    const origins = new Map<string, string>();
    const applied = run.projects.filter(({ status }) => status === 'applied');
    for (const { name: project } of applied) {
      const state = toStateAddress(repository, project);
      const found = await reader.readOutputs(repository, project, options);
      for (const [output, { value, sensitive }] of Object.entries(found)) {
        const other = origins.get(output);
        if (other) {
          throw new ConflictError(
            `Projects ${other} and ${project} both have an output ${output}. Give one of them another name, or apply them in two runs.`,
          );
        }
        origins.set(output, project);
        if (sensitive) {
          outputs.sensitive[output] = { provider: this.id, state, output };
        } else {
          outputs.values[output] = value;
        }
      }
    }
    return outputs;
  }

  async readSensitive(
    references: Record<string, SecretReference>,
    options: CallOptions = {},
  ): Promise<Record<string, JsonValue>> {
    const states = new Map<string, Record<string, StateOutput>>();
    const values: Record<string, JsonValue> = {};
    for (const [name, { provider, state, output }] of Object.entries(
      references,
    )) {
      if (provider !== this.id) {
        throw new InputError(
          `Provider ${this.id} can't read a secret of ${provider}`,
        );
      }
      const outputs =
        states.get(state) ?? (await this.#readState(state, options));
      states.set(state, outputs);
      if (!Object.hasOwn(outputs, output)) {
        throw new NotFoundError(
          `The state of ${state} has no output ${output} any more. Apply it again.`,
        );
      }
      values[name] = outputs[output].value;
    }
    return values;
  }

  async #read(pullRequestUrl: string, options: CallOptions) {
    const { git, server, repository } = this.#getTarget(pullRequestUrl);
    const pullRequest = await git.getPullRequest(pullRequestUrl, options);
    const head = pullRequest.head.commit;
    const statuses = await git.listCommitStatuses(repository, head, options);
    return {
      pullRequestUrl,
      head,
      merged: pullRequest.state === 'merged',
      closed: pullRequest.state === 'closed',
      ...readStatuses(statuses, server.statusName),
    };
  }

  /** Nothing to do where the apply is under way or over; else says why it can't start. */
  #assertStarted({
    pullRequestUrl,
    status,
    failedPhase,
    description = 'no details',
  }: InfrastructureRun): void {
    const started = ['applying', 'applied'].includes(status);
    if (started || failedPhase === 'apply') {
      return;
    }
    if (failedPhase === 'plan') {
      throw new InputError(
        `Atlantis could not plan ${pullRequestUrl}: ${description}. Correct the pull request, then try again.`,
      );
    }
    throw new ConflictError(
      `Atlantis has not planned ${pullRequestUrl} yet. Wait for its plan, then try again.`,
    );
  }

  #readState(state: string, options: CallOptions) {
    const { repository, project } = readStateAddress(state);
    const server = this.#servers.find(
      ({ gitHost }) => gitHost === repository.host,
    );
    if (!server) {
      throw new InputError(`No Atlantis is configured for the state ${state}`);
    }
    return this.#createReader(server).readOutputs(repository, project, options);
  }

  #createReader({ gitHost, state }: AtlantisConfig): StateReader {
    if (!state) {
      throw new InputError(
        `Outputs can't be read: ask the platform team to add state to the entry of ${gitHost} in providers.atlantis in app-config.`,
      );
    }
    return new StateReader(state, this.#http);
  }

  #getTarget(pullRequestUrl: string): Target {
    const target = this.#findTarget(pullRequestUrl);
    if (!target) {
      throw new InputError(
        `Not a pull request of a git host in providers.atlantis: ${pullRequestUrl}`,
      );
    }
    return target;
  }

  #findTarget(pullRequestUrl: string): Target | undefined {
    const git = this.#gitProviders.filter(provider =>
      provider.parsePullRequestUrl(pullRequestUrl),
    );
    const parsed = git[0]?.parsePullRequestUrl(pullRequestUrl);
    const server = this.#servers.find(
      ({ gitHost }) => gitHost === parsed?.repository.host,
    );
    if (!parsed || !server) {
      return undefined;
    }
    const { repository } = parsed;
    return {
      git: chooseProvider(git, () => true, `git host ${repository.host}`),
      server,
      repository,
    };
  }
}
