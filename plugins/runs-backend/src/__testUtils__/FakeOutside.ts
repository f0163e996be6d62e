import { ConflictError, NotFoundError } from '@backstage/errors';
import {
  GitProvider,
  InfrastructureProvider,
  isWithin,
  MadeWithin,
  PullRequest,
  SecretsProvider,
} from '@self-service/plugin-providers-node';
import { UndoProviders } from '../services/rollback/undoers';

/** In place of a run's key: a stock action left no mark. */
export const NOBODY = 'nobody';
/** When everything without a mark was made. */
export const MADE_AT = '2026-01-05T12:00:01Z';

const REPOSITORY = { host: 'git.example', owner: 'myorg', name: 'infra' };

/** What asks nobody outside. */
const PURE = new Set(['serves', 'parsePullRequestUrl']);

/** A process that dies at a chosen moment, and does nothing after it. */
export class Mortal {
  /** How often anything was done. */
  touches = 0;
  #dead = false;

  /** @param diesAt - which act it does not survive; none without */
  constructor(readonly diesAt = Infinity) {}

  /** @throws when it is dead, or dies of this */
  touch(): void {
    if (this.#dead || this.touches === this.diesAt) {
      this.#dead = true;
      throw new Error('The process was killed');
    }
    this.touches++;
  }
}

type Git = Pick<
  GitProvider,
  | 'id'
  | 'serves'
  | 'parsePullRequestUrl'
  | 'getPullRequest'
  | 'findPullRequest'
  | 'closePullRequest'
  | 'findBranch'
  | 'findCommit'
  | 'listFiles'
  | 'removeBranch'
  | 'revertPullRequest'
  | 'mergePullRequest'
  | 'findRepository'
  | 'removeRepository'
>;
type Infrastructure = Pick<
  InfrastructureProvider,
  | 'id'
  | 'features'
  | 'serves'
  | 'getRun'
  | 'startApply'
  | 'cancel'
  | 'destroy'
  | 'findWorkspace'
  | 'removeWorkspace'
>;
type Secrets = Pick<
  SecretsProvider,
  'id' | 'serves' | 'find' | 'remove' | 'undoRotation' | 'revokeAccess'
>;
type Applied = 'planned' | 'applied' | 'failed' | 'destroying' | 'destroyed';

function isProven(owner: string, made: MadeWithin | undefined): boolean {
  return owner === NOBODY && made !== undefined && isWithin(MADE_AT, made);
}

/** The outside systems, in memory; it survives the processes. */
export class FakeOutside {
  readonly pullRequests = new Map<string, PullRequest>();
  /** Who made each branch that has no pull request yet. */
  readonly branches = new Map<string, string>();
  /** Who made each commit that stands on a branch, by its id. */
  readonly commits = new Map<string, string>();
  /** By the address of the pull request. */
  readonly applies = new Map<string, Applied>();
  /** What each pull request has added: by its address, directories. */
  readonly directories = new Map<string, string[]>();
  /** Of these, those that its revert leaves where they are. */
  readonly staying = new Set<string>();
  /** Who wrote each secret. */
  readonly secrets = new Map<string, string>();
  /** Who wrote the version in use of each rotated secret. */
  readonly rotations = new Map<string, string>();
  /** Who gave each access, by `path for team`. */
  readonly access = new Map<string, string>();
  /** Who created each repository. */
  readonly repositories = new Map<string, string>();
  /** Who made each workspace, by repository and directory. */
  readonly workspaces = new Map<string, string>();
  /** Whether workspaces can be removed. */
  workspaceState: 'idle' | 'busy' | 'retained' = 'idle';
  /** Whether what is merged is applied, once that is confirmed. */
  appliesMerged = false;
  readonly locations = new Map<string, string>();
  /** Everything that changed something, in order. */
  readonly acts: string[] = [];
  /** Called before each call; throw to fail it. */
  fail: (call: string) => void = () => {};
  /** Whether repositories are archived in place of deleted. */
  archives = false;

  /** Opens a pull request. */
  open(
    number: number,
    branch: string,
    overrides: Partial<PullRequest> = {},
  ): PullRequest {
    const pullRequest: PullRequest = {
      repository: REPOSITORY,
      number,
      url: `https://git.example/myorg/infra/pull/${number}`,
      title: branch,
      state: 'open',
      head: { branch, commit: `head-${number}` },
      base: 'main',
      ...overrides,
    };
    this.pullRequests.set(pullRequest.url, pullRequest);
    return pullRequest;
  }

  /** The providers as one process sees them. */
  providers(mortal = new Mortal()): Partial<UndoProviders> {
    const alive = <T extends object>(provider: T): T =>
      new Proxy(provider, {
        get: (target, key: keyof T & string) => {
          const member = target[key];
          return typeof member === 'function' && PURE.has(key) === false
            ? async (...input: unknown[]) => {
                mortal.touch();
                this.fail(key);
                const answer = await member.apply(target, input);
                // Done, and the answer may be lost.
                mortal.touch();
                return answer;
              }
            : member;
        },
      });
    return {
      git: [alive(this.#git()) as GitProvider],
      infrastructure: [alive(this.#infrastructure()) as InfrastructureProvider],
      secrets: [alive(this.#secrets()) as SecretsProvider],
      catalog: alive(this.#catalog()),
    };
  }

  #git(): Git {
    return {
      id: 'github',
      serves: host => host === REPOSITORY.host,
      parsePullRequestUrl: url => {
        const number = /^https:\/\/git\.example\/.*\/pull\/(\d+)$/.exec(url);
        return number
          ? { repository: REPOSITORY, number: Number(number[1]) }
          : undefined;
      },
      getPullRequest: async url => ({ ...this.#require(url) }),
      findPullRequest: async (_, branch) =>
        [...this.pullRequests.values()].findLast(
          ({ head }) => head.branch === branch,
        ),
      closePullRequest: async url => {
        const pullRequest = this.#require(url);
        if (pullRequest.state === 'merged') {
          throw new ConflictError('It is merged');
        }
        if (pullRequest.state === 'open') {
          pullRequest.state = 'closed';
          this.acts.push(`close ${pullRequest.number}`);
        }
      },
      findBranch: async (_, branch) =>
        this.branches.has(branch) ? 'head' : undefined,
      findCommit: async (
        { host, owner, name },
        { branch = 'main', runKey },
      ) => {
        const [commit] =
          [...this.commits].find(([, madeBy]) => madeBy === runKey) ?? [];
        const url = `https://${host}/${owner}/${name}/commit/${commit}`;
        return commit === undefined ? undefined : { branch, commit, url };
      },
      listFiles: async (_, directory, { commit }) => {
        // Reverts are numbered from 100 on.
        const isReverted = commit.length >= 'head-100'.length;
        const has = isReverted
          ? this.staying.has(directory)
          : !directory.startsWith('later/');
        return has ? [`${directory}/main.tf`] : [];
      },
      removeBranch: async (_, branch, { runKey }) => {
        if (this.branches.get(branch) !== runKey) {
          return 'absent';
        }
        this.branches.delete(branch);
        this.acts.push(`remove branch ${branch}`);
        return 'removed';
      },
      revertPullRequest: async (url, { runKey }) => {
        const { number } = this.#require(url);
        const branch = `revert-${number}`;
        const standing = [...this.pullRequests.values()].find(
          ({ head }) => head.branch === branch,
        );
        if (standing) {
          if (standing.openedBy !== runKey) {
            throw new ConflictError(`${branch} is somebody else's`);
          }
          return { ...standing };
        }
        const counter = this.open(100 + number, branch, { openedBy: runKey });
        this.applies.set(counter.url, 'planned');
        this.acts.push(`revert ${number}`);
        return { ...counter };
      },
      mergePullRequest: async url => {
        const pullRequest = this.#require(url);
        if (pullRequest.state === 'open') {
          pullRequest.state = 'merged';
          this.acts.push(`merge ${pullRequest.number}`);
        }
      },
      findRepository: async repository => {
        const { host, owner, name } = repository;
        const key = `${host}/${owner}/${name}`;
        const madeBy = this.repositories.get(key);
        return madeBy === undefined
          ? undefined
          : {
              repository,
              url: `https://${key}`,
              cloneUrl: `https://${key}.git`,
              defaultBranch: 'main',
              archived: false,
              createdBy: madeBy === NOBODY ? undefined : madeBy,
            };
      },
      removeRepository: async ({ host, owner, name }, { runKey, made }) => {
        const key = `${host}/${owner}/${name}`;
        const owned = this.repositories.get(key);
        if (owned === undefined) {
          return 'absent';
        }
        if (owned !== runKey && !isProven(owned, made)) {
          throw new ConflictError(`${key} is somebody else's`);
        }
        if (this.archives) {
          return 'archived';
        }
        this.repositories.delete(key);
        this.acts.push(`delete ${key}`);
        return 'deleted';
      },
    };
  }

  #infrastructure(): Infrastructure {
    return {
      id: 'atlantis',
      features: this.appliesMerged ? ['cancel', 'workspaces'] : [],
      serves: () => true,
      getRun: async url => {
        const merged = this.#require(url).state === 'merged';
        const status = this.applies.get(url) ?? 'unknown';
        const awaitsStart =
          this.appliesMerged && merged && status === 'planned';
        return {
          pullRequestUrl: url,
          head: this.#require(url).head.commit,
          status: (awaitsStart ? 'applying' : status) as 'applied',
          failedPhase: 'apply',
          projects: (this.directories.get(url) ?? []).map(directory => ({
            name: `${directory}/default`,
            directory,
            status: 'applied' as const,
          })),
          merged,
          ...(awaitsStart && { awaitsStart }),
        };
      },
      startApply: async url => {
        const pullRequest = this.#require(url);
        if (this.appliesMerged && pullRequest.state === 'open') {
          pullRequest.state = 'merged';
          this.acts.push(`merge ${pullRequest.number}`);
        } else if (this.applies.get(url) !== 'applied') {
          this.applies.set(url, 'applied');
          this.acts.push(`apply ${pullRequest.number}`);
        }
      },
      cancel: async url => {
        this.applies.set(url, 'failed');
        this.acts.push(`cancel ${this.#require(url).number}`);
      },
      findWorkspace: async ({ host, owner, name }, directory, { runKey }) => {
        const key = `${host}/${owner}/${name}//${directory}`;
        return this.workspaces.get(key) === runKey
          ? { name: 'found', directory, url: 'https://plans/found' }
          : undefined;
      },
      removeWorkspace: async ({ host, owner, name }, directory, { runKey }) => {
        const key = `${host}/${owner}/${name}//${directory}`;
        const owned = this.workspaces.get(key);
        if (owned === undefined) {
          return 'absent';
        }
        if (owned !== runKey) {
          throw new ConflictError(`${key} is somebody else's`);
        }
        if (this.workspaceState !== 'idle') {
          return this.workspaceState;
        }
        this.workspaces.delete(key);
        this.acts.push(`remove workspace ${key}`);
        return 'removed';
      },
      destroy: async (url, { directories }) => {
        const { number, state } = this.#require(url);
        if (state === 'merged' && !directories?.length) {
          throw new ConflictError('It is merged');
        }
        switch (this.applies.get(url)) {
          case 'applied':
            this.applies.set(url, 'destroying');
            this.acts.push(`begin to destroy ${number}`);
            return { status: 'pending', description: 'Destroying.' };
          case 'destroying':
            this.applies.set(url, 'destroyed');
            return { status: 'destroyed', description: 'Destroyed.' };
          case 'destroyed':
            return { status: 'destroyed', description: 'Destroyed.' };
          case 'failed':
            return { status: 'failed', description: 'The state is locked.' };
          default:
            return { status: 'absent', description: 'Never applied.' };
        }
      },
    };
  }

  #secrets(): Secrets {
    return {
      id: 'vault',
      serves: () => true,
      find: async path => {
        const owner = this.secrets.get(path);
        return owner === undefined
          ? undefined
          : {
              path,
              version: '1',
              url: `https://vault.example/${path}`,
              writtenBy: owner === NOBODY ? undefined : owner,
            };
      },
      remove: async (path, { runKey, made }) => {
        const owner = this.secrets.get(path);
        if (owner === undefined) {
          return 'absent';
        }
        if (owner !== runKey && !isProven(owner, made)) {
          throw new ConflictError(`${path} is somebody else's`);
        }
        this.secrets.delete(path);
        this.acts.push(`remove ${path}`);
        return 'removed';
      },
      undoRotation: async (path, { runKey }) =>
        this.#takeBack(this.rotations, path, runKey, 'restore')
          ? 'restored'
          : 'absent',
      revokeAccess: async ({ path, team, runKey }) =>
        this.#takeBack(this.access, `${path} for ${team}`, runKey, 'revoke')
          ? 'revoked'
          : 'absent',
    };
  }

  #takeBack(
    owners: Map<string, string>,
    name: string,
    runKey: string,
    act: string,
  ): boolean {
    const owner = owners.get(name);
    if (owner !== undefined && owner !== runKey) {
      throw new ConflictError(`${name} is somebody else's`);
    }
    if (owner !== undefined) {
      owners.delete(name);
      this.acts.push(`${act} ${name}`);
    }
    return owner !== undefined;
  }

  #catalog(): UndoProviders['catalog'] {
    const toLocation = (id: string, target: string) => ({
      id,
      type: 'url',
      target,
      entityRef: `location:default/${id}`,
    });
    return {
      getLocationById: async id => {
        const target = this.locations.get(id);
        return target === undefined ? undefined : toLocation(id, target);
      },
      getLocationByRef: async ref => {
        const found = [...this.locations].find(
          ([, target]) => `url:${target}` === ref,
        );
        return found && toLocation(...found);
      },
      removeLocationById: async id => {
        if (!this.locations.delete(id)) {
          throw new NotFoundError(`No location ${id}`);
        }
        this.acts.push(`unregister ${id}`);
      },
    };
  }

  #require(url: string): PullRequest {
    const pullRequest = this.pullRequests.get(url);
    if (!pullRequest) {
      throw new NotFoundError(`No pull request ${url}`);
    }
    return pullRequest;
  }
}
