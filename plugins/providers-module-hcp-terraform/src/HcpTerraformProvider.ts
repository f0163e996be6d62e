import { Config } from '@backstage/config';
import { ConflictError, InputError } from '@backstage/errors';
import { JsonValue } from '@backstage/types';
import {
  chooseProvider,
  createProblemError,
  Destruction,
  findRunOfCommit,
  GitProvider,
  HttpClient,
  InfrastructureOutputs,
  InfrastructureProvider,
  InfrastructureRun,
  InfrastructureWorkspace,
  mapLimited,
  ProviderHealth,
  Repository,
  RequestLimit,
  SecretReference,
} from '@self-service/plugin-providers-node';
import { checkHealth } from './checkHealth';
import { HcpTerraformConfig, readHcpTerraformConfig } from './config';
import { Destroyer } from './Destroyer';
import { RunDocument } from './documents';
import { HcpClient, Http } from './HcpClient';
import { ListBudget } from './ListBudget';
import { OutputReader } from './OutputReader';
import { PullRequestRuns, requireHead } from './PullRequestRuns';
import { RunFinder } from './RunFinder';
import { WorkspaceIds } from './WorkspaceIds';
import { WorkspaceKeeper } from './WorkspaceKeeper';

/**
 * 30 requests a second for each user, less some for others with the same
 * token. Source: HCP Terraform, "API docs overview", rate limiting.
 */
const REQUEST_LIMITS: readonly RequestLimit[] = [{ most: 25, window: 1_000 }];

/** @public */
export interface HcpTerraformProviderOptions {
  gitProviders: readonly GitProvider[];
  /** Replaced in tests: time limits, waits, clock. */
  http?: Http;
  /** How many lists of runs this process asks for; default 24. */
  runListsPerMinute?: number;
}

interface CallOptions {
  signal?: AbortSignal;
}

/**
 * The infrastructure port on one organization of HCP Terraform or Terraform
 * Enterprise, whose workspaces are connected to the repository: it plans what
 * is proposed, and applies what is merged once that is confirmed.
 *
 * @remarks
 * From the merge on a run is `applying`; its plan of the merge commit waits to
 * be confirmed by another `startApply`. Source: HCP Terraform, "UI/VCS-driven
 * run workflow" and the Runs API.
 *
 * @public
 */
export class HcpTerraformProvider implements InfrastructureProvider {
  readonly capability = 'infrastructure';
  readonly vendor = 'HCP Terraform';
  readonly features = ['cancel', 'cost-estimate', 'workspaces'] as const;
  readonly endpoint: string;
  /** Name of the organization. */
  readonly organization: string;
  readonly #config: HcpTerraformConfig;
  readonly #gitProviders: readonly GitProvider[];
  readonly #client: HcpClient;
  readonly #runs: PullRequestRuns;
  readonly #destroyer: Destroyer;
  readonly #workspaces: WorkspaceKeeper;
  readonly #outputs: OutputReader;

  /** One provider for each organization in `providers.hcpTerraform`. */
  static fromConfig(
    config: Config,
    options: HcpTerraformProviderOptions,
  ): HcpTerraformProvider[] {
    return readHcpTerraformConfig(config).map(
      (entry, index) =>
        new HcpTerraformProvider(
          index === 0
            ? 'hcp-terraform'
            : `hcp-terraform:${entry.gitHost}/${entry.organization}`,
          entry,
          options,
        ),
    );
  }

  private constructor(
    readonly id: string,
    config: HcpTerraformConfig,
    options: HcpTerraformProviderOptions,
  ) {
    const http =
      options.http ??
      HttpClient.create({ vendor: 'HCP Terraform', limits: REQUEST_LIMITS });
    this.#config = config;
    this.organization = config.organization;
    this.#gitProviders = options.gitProviders;
    this.endpoint = new URL(config.address).origin;
    this.#client = new HcpClient(config, http);
    const ids = new WorkspaceIds();
    const finder = new RunFinder(
      config.organization,
      this.#client,
      new ListBudget(() => http.now(), options.runListsPerMinute),
      http,
      ids,
    );
    this.#runs = new PullRequestRuns(finder, this.#client, this.#toUrl);
    this.#destroyer = new Destroyer(finder, this.#client, http, this.#toUrl);
    this.#workspaces = new WorkspaceKeeper(config, this.#client, ids);
    this.#outputs = new OutputReader(
      id,
      config,
      this.#client,
      this.#workspaces,
      ids,
      http,
    );
  }

  async checkHealth({ signal }: CallOptions = {}): Promise<ProviderHealth> {
    return checkHealth(this.#config, this.#client, signal);
  }

  serves(pullRequestUrl: string): boolean {
    const parsed = this.#parse(pullRequestUrl);
    return parsed !== undefined && this.servesRepository(parsed.repository);
  }

  servesRepository({ host }: Repository): boolean {
    return host === this.#config.gitHost;
  }

  async createWorkspaces(
    repository: Repository,
    directories: readonly string[],
    options: CallOptions & { runKey: string },
  ): Promise<InfrastructureWorkspace[]> {
    const made: InfrastructureWorkspace[] = [];
    for (const directory of directories) {
      const workspace = await this.#workspaces.create(
        repository,
        directory,
        options,
      );
      made.push(...(workspace ? [workspace] : []));
    }
    return made;
  }

  async findWorkspace(
    repository: Repository,
    directory: string,
    options: CallOptions & { runKey: string },
  ): Promise<InfrastructureWorkspace | undefined> {
    return this.#workspaces.findOwn(repository, directory, options);
  }

  async removeWorkspace(
    repository: Repository,
    directory: string,
    options: CallOptions & { runKey: string },
  ): Promise<'removed' | 'absent' | 'retained' | 'busy'> {
    return this.#workspaces.remove(repository, directory, options);
  }

  async getRun(
    pullRequestUrl: string,
    options: CallOptions = {},
  ): Promise<InfrastructureRun> {
    const git = this.#getGit(pullRequestUrl);
    const pullRequest = await git.getPullRequest(pullRequestUrl, options);
    return this.#runs.read(git, pullRequestUrl, pullRequest, options);
  }

  async findRun(
    repository: Repository,
    commit: string,
    options: CallOptions = {},
  ): Promise<InfrastructureRun | undefined> {
    return findRunOfCommit(
      this,
      this.#gitProviders,
      repository,
      commit,
      options,
    );
  }

  async getRuns(
    pullRequestUrls: readonly string[],
    options: CallOptions & {
      onError?: (pullRequestUrl: string, error: unknown) => void;
    } = {},
  ): Promise<InfrastructureRun[]> {
    const { signal, onError = () => {} } = options;
    const urls = new Map<GitProvider, string[]>();
    for (const url of new Set(pullRequestUrls)) {
      try {
        const git = this.#getGit(url);
        urls.set(git, [...(urls.get(git) ?? []), url]);
      } catch (error) {
        onError(url, error);
      }
    }
    const runs: InfrastructureRun[] = [];
    for (const [git, some] of urls) {
      const states = await git.listPullRequestStates(some, { signal, onError });
      await mapLimited([...states], async ([url, { pullRequest }]) => {
        try {
          runs.push(await this.#runs.read(git, url, pullRequest, { signal }));
        } catch (error) {
          signal?.throwIfAborted();
          onError(url, error);
        }
      });
    }
    return runs;
  }

  async startApply(
    pullRequestUrl: string,
    { head, ...options }: CallOptions & { head: string },
  ): Promise<void> {
    const git = this.#getGit(pullRequestUrl);
    const pullRequest = await git.getPullRequest(pullRequestUrl, options);
    requireHead(pullRequestUrl, pullRequest, head);
    await this.#runs.start(git, pullRequestUrl, pullRequest, options);
  }

  async cancel(
    pullRequestUrl: string,
    options: CallOptions = {},
  ): Promise<void> {
    const git = this.#getGit(pullRequestUrl);
    const pullRequest = await git.getPullRequest(pullRequestUrl, options);
    await this.#runs.stop(git, pullRequest, options);
  }

  async destroy(
    pullRequestUrl: string,
    options: CallOptions & {
      runKey: string;
      directories?: readonly string[];
    },
  ): Promise<Destruction> {
    const { directories = [], signal } = options;
    const git = this.#getGit(pullRequestUrl);
    const pullRequest = await git.getPullRequest(pullRequestUrl, { signal });
    if (pullRequest.state !== 'merged') {
      return {
        status: 'absent',
        description: 'Nothing is applied before it is merged.',
      };
    }
    if (directories.length === 0) {
      throw createProblemError(ConflictError, {
        what: `Pull request ${pullRequestUrl} is merged.`,
        remedy: 'Revert it, and apply the revert.',
      });
    }
    return this.#destroyer.destroy(pullRequest, directories, options);
  }

  async getOutputs(
    run: InfrastructureRun,
    options: CallOptions = {},
  ): Promise<InfrastructureOutputs> {
    return this.#outputs.read(run, options);
  }

  async readSensitive(
    references: Record<string, SecretReference>,
    options: CallOptions = {},
  ): Promise<Record<string, JsonValue>> {
    return this.#outputs.readSensitive(references, options);
  }

  /**
   * The commits that a run is about, as waits know them: its own, and the head
   * of the pull request whose merge it is of, where this process has seen it.
   */
  async findCommits(
    runId: string,
    options: CallOptions = {},
  ): Promise<string[]> {
    return this.#runs.findCommits(runId, options);
  }

  readonly #toUrl = ({ run, workspace }: RunDocument): string => {
    const { address, organization } = this.#config;
    const name =
      workspace?.attributes.name ?? run.relationships.workspace.data.id;
    return `${address}/app/${organization}/workspaces/${name}/runs/${run.id}`;
  };

  #parse(pullRequestUrl: string) {
    for (const git of this.#gitProviders) {
      const parsed = git.parsePullRequestUrl(pullRequestUrl);
      if (parsed) {
        return { ...parsed, git };
      }
    }
    return undefined;
  }

  #getGit(pullRequestUrl: string): GitProvider {
    if (!this.serves(pullRequestUrl)) {
      throw createProblemError(InputError, {
        what: `Not a pull request of ${
          this.#config.gitHost
        }, which providers.hcpTerraform names: ${pullRequestUrl}.`,
        remedy: 'Check the address.',
      });
    }
    return chooseProvider(
      this.#gitProviders,
      git => git.parsePullRequestUrl(pullRequestUrl) !== undefined,
      `git host ${this.#config.gitHost}`,
    );
  }
}
