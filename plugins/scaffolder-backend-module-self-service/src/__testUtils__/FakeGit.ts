import { ConflictError, NotFoundError } from '@backstage/errors';
import {
  GitProvider,
  Provider,
  PullRequest,
  Repository,
} from '@self-service/plugin-providers-node';
import { PR_URL } from './fakeValues';

type Created = Parameters<GitProvider['createRepository']>[0];
type FoundRepository = Awaited<ReturnType<GitProvider['createRepository']>>;

/** A git host that opens pull request 1, and keeps repositories. */
export class FakeGit
  implements
    Omit<
      GitProvider,
      | Exclude<keyof Provider, 'id'>
      | 'listCommitStatuses'
      | 'listPullRequestStates'
      | 'listComments'
      | 'addComment'
      | 'findPullRequestOfCommit'
      | 'findCommit'
      | 'listTeamPermissions'
      | 'revokeTeamPermission'
    >
{
  readonly id = 'fake-git';
  parsePullRequestUrl(url: string) {
    return url === PR_URL
      ? {
          repository: {
            host: 'github.com',
            owner: 'myorg',
            name: 'infrastructure',
          },
          number: 1,
        }
      : undefined;
  }
  readonly opened: Parameters<GitProvider['createPullRequest']>[0][] = [];
  state: PullRequest['state'] = 'open';
  readonly closed: string[] = [];
  readonly reverted: string[] = [];
  readonly repositories: Created[] = [];
  /** Whether the account may delete repositories. */
  mayDelete = true;
  readonly archived = new Set<string>();
  /** What teams may do, by team and name of the repository. */
  readonly permissions = new Map<string, string>();
  grantTeamPermission: GitProvider['grantTeamPermission'] = async (
    { owner, name },
    team,
    permission,
  ) => {
    this.permissions.set(`${team} ${name}`, permission);
    return { team: `${owner}/${team}`, permission };
  };
  serves(host: string): boolean {
    return host === 'github.com';
  }
  async createPullRequest(
    options: Parameters<GitProvider['createPullRequest']>[0],
  ): ReturnType<GitProvider['createPullRequest']> {
    this.opened.push(options);
    return this.#show(options);
  }
  async getPullRequest(): Promise<PullRequest> {
    return this.#show(this.#first());
  }
  async findPullRequest(
    _repository: Repository,
    branch: string,
  ): Promise<PullRequest | undefined> {
    const found = this.opened.find(options => options.branch === branch);
    return found && this.#show(found);
  }
  async closePullRequest(url: string): Promise<void> {
    if (this.state === 'merged') {
      throw new ConflictError('merged');
    }
    this.state = 'closed';
    this.closed.push(url);
  }
  readonly committed: Parameters<GitProvider['commitFiles']>[0][] = [];
  async commitFiles(
    options: Parameters<GitProvider['commitFiles']>[0],
  ): ReturnType<GitProvider['commitFiles']> {
    const { repository, branch = 'main', runKey } = options;
    const known = this.committed.findIndex(made => made.runKey === runKey);
    const index = known < 0 ? this.committed.push(options) - 1 : known;
    const commit = `bbbbbbb${index + 1}`;
    const { host, owner, name } = repository;
    const url = `https://${host}/${owner}/${name}/commit/${commit}`;
    return { branch, commit, url };
  }
  readonly removedBranches: string[] = [];
  async findBranch(): Promise<undefined> {
    return undefined;
  }
  async listFiles(): Promise<string[]> {
    return [];
  }
  async removeBranch(
    _repository: Repository,
    branch: string,
  ): Promise<'removed'> {
    this.removedBranches.push(branch);
    return 'removed';
  }
  async revertPullRequest(url: string): Promise<PullRequest> {
    if (this.state !== 'merged') {
      throw new ConflictError('not merged');
    }
    this.reverted.push(url);
    return {
      ...this.#show(this.#first()),
      number: 2,
      url: PR_URL.replace(/1$/, '2'),
      title: 'Revert',
      state: 'open',
    };
  }
  async mergePullRequest(
    _url: string,
    { head }: { head: string },
  ): Promise<void> {
    if (head !== 'aaaaaaa1' || this.state === 'closed') {
      throw new ConflictError('moved or closed');
    }
    this.state = 'merged';
  }
  async createRepository(options: Created): Promise<FoundRepository> {
    const found = this.#findRepository(options.repository);
    if (found && found.runKey !== options.runKey) {
      throw new ConflictError('exists');
    }
    if (!found) {
      this.repositories.push(options);
    }
    return this.#showRepository(options.repository);
  }
  async findRepository(
    repository: Repository,
  ): Promise<FoundRepository | undefined> {
    return this.#findRepository(repository) && this.#showRepository(repository);
  }
  async removeRepository(
    repository: Repository,
    { runKey }: { runKey: string },
  ): ReturnType<GitProvider['removeRepository']> {
    const found = this.#findRepository(repository);
    if (!found) {
      return 'absent';
    }
    if (found.runKey !== runKey) {
      throw new ConflictError('not this run');
    }
    if (!this.mayDelete) {
      this.archived.add(repository.name);
      return 'archived';
    }
    this.repositories.splice(this.repositories.indexOf(found), 1);
    return 'deleted';
  }

  #first() {
    const [first] = this.opened;
    if (!first) {
      throw new NotFoundError(PR_URL);
    }
    return first;
  }
  #show(options: (typeof this.opened)[number]): PullRequest {
    return {
      repository: options.repository,
      number: 1,
      url: PR_URL,
      title: options.title,
      state: this.state,
      head: { branch: options.branch, commit: 'aaaaaaa1' },
      base: options.base ?? 'main',
    };
  }
  #findRepository({ owner, name }: Repository): Created | undefined {
    return this.repositories.find(
      ({ repository }) =>
        repository.owner === owner && repository.name === name,
    );
  }
  #showRepository(repository: Repository): FoundRepository {
    const url = `https://${repository.host}/${repository.owner}/${repository.name}`;
    return {
      repository,
      url,
      cloneUrl: `${url}.git`,
      defaultBranch: 'main',
      archived: this.archived.has(repository.name),
      createdBy: this.#findRepository(repository)?.runKey,
    };
  }
}
