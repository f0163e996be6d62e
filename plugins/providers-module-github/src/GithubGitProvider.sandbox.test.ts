import { mockServices } from '@backstage/backend-test-utils';
import {
  CreatePullRequest,
  HttpClient,
  HttpRequestOptions,
  problemOf,
} from '@self-service/plugin-providers-node';
import {
  createProviderFaults,
  describeGitProviderContract,
} from '@self-service/plugin-providers-node/testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Sandbox, startSandbox } from 'sandbox';
import { createPerson } from './__testUtils__/person';
import {
  GithubGitProvider,
  GithubGitProviderOptions,
} from './GithubGitProvider';

// Real git and PostgreSQL take their time on a busy machine.
jest.setTimeout(30_000);
/** Long enough for a stand-in on a busy machine. */
const LIMIT_MILLISECONDS = 3_000;

const repository = {
  host: 'github.com',
  owner: 'myorg',
  name: 'infrastructure',
};

async function start() {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'github-provider-'));
  const sandbox = await startSandbox({
    dataDirectory,
    ports: 'ephemeral',
    enforcesLimits: false,
  });
  return {
    sandbox,
    stop: async () => {
      await sandbox.stop();
      await rm(dataDirectory, { recursive: true });
    },
  };
}

function createProvider(
  { urls, credentials }: Sandbox,
  options: {
    token?: string;
    http?: GithubGitProviderOptions['http'];
  } = {},
) {
  const {
    token = credentials.githubToken,
    // A suite asks for more in a minute than GitHub would let it.
    http = HttpClient.create({ vendor: 'GitHub' }),
  } = options;
  return GithubGitProvider.fromConfig(
    mockServices.rootConfig({
      data: {
        integrations: {
          github: [{ host: 'github.com', apiBaseUrl: urls.githubApi, token }],
        },
      },
    }),
    { logger: mockServices.logger.mock(), http },
  );
}

/** Waits that take nearly no time: a repository that is made is waited for. */
function createHurriedHttp(timeoutMilliseconds?: number) {
  return HttpClient.create({
    vendor: 'GitHub',
    timeoutMilliseconds,
    clock: {
      now: () => Date.now(),
      sleep: async milliseconds => {
        await delay(Math.min(milliseconds, 100));
      },
    },
  });
}

describeGitProviderContract(
  'GitHub',
  async () => {
    const { sandbox, stop } = await start();
    const { call, push, readFile, listBranches } = createPerson(sandbox);
    return {
      provider: createProvider(sandbox),
      repository,
      template: { ...repository, name: 'service-template' },
      teams: ['payments', 'search'],
      push,
      readFile,
      listBranches,
      forbidDeletion: async () => {
        sandbox.faults.add({
          service: 'github',
          kind: 'status',
          status: 403,
          match: { method: 'DELETE' },
          times: 1,
        });
      },
      addStatus: async ({ commit, ...status }) => {
        const path = `statuses/${commit}`;
        expect((await call(repository, 'POST', path, status)).status).toBe(201);
      },
      countPullRequests: async ({ owner, name }, branch) => {
        const { repositories } = await sandbox.inventory();
        return repositories
          .find(entry => entry.name === `${owner}/${name}`)!
          .pullRequests.filter(({ head }) => head === branch).length;
      },
      failing: {
        provider: createProvider(sandbox, { http: createHurriedHttp() }),
        hasty: createProvider(sandbox, {
          http: createHurriedHttp(LIMIT_MILLISECONDS),
        }),
        faults: createProviderFaults(sandbox.faults, 'github', {
          slowMilliseconds: 2 * LIMIT_MILLISECONDS,
        }),
        token: sandbox.credentials.githubToken,
      },
      stop,
    };
  },
  { features: ['internal-repositories', 'team-permissions'] },
);

describe('a GitHub provider that is stopped halfway', () => {
  let sandbox: Sandbox;
  let stop: () => Promise<void>;

  beforeAll(async () => {
    ({ sandbox, stop } = await start());
  }, 60_000);
  afterAll(async () => {
    await stop?.();
  });
  beforeEach(() => {
    sandbox.faults.clear();
  });

  async function call(path: string, method: string, body: object) {
    const response = await fetch(
      `${sandbox.urls.githubApi}/repos/myorg/infrastructure/${path}`,
      {
        method,
        headers: {
          authorization: `token ${sandbox.credentials.githubToken}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify(body),
      },
    );
    expect(response.status).toBe(200);
  }
  const toNumber = (url: string) => url.split('/').pop();
  const close = (url: string) =>
    call(`pulls/${toNumber(url)}`, 'PATCH', { state: 'closed' });
  const merge = (url: string) =>
    call(`pulls/${toNumber(url)}/merge`, 'PUT', {});

  function request(branch: string): CreatePullRequest {
    return {
      repository,
      branch,
      title: `Add ${branch}`,
      body: 'A database',
      commitMessage: `Add ${branch}`,
      files: [
        { name: 'main.txt', content: Buffer.from(branch) },
        { name: 'picture', content: Buffer.from([0xff, 0]) },
      ].map(({ name, content }) => ({
        path: `stopped/${branch}/${name}`,
        content,
      })),
      runKey: `run-${branch}`,
    };
  }

  /** A client that carries out so many calls and is killed before it can use the answer of the last. */
  function createMortalHttp(calls: number) {
    const http = HttpClient.create({ vendor: 'GitHub' });
    const life = { left: calls, killed: false };
    return {
      life,
      now: () => http.now(),
      sleep: (milliseconds: number) => http.sleep(milliseconds),
      fetch: async (url: string | URL, options?: HttpRequestOptions) => {
        const response = await http.fetch(url, options);
        life.left -= 1;
        if (life.left <= 0) {
          life.killed = true;
          throw new Error('killed');
        }
        return response;
      },
    };
  }

  async function count(branch: string) {
    const { repositories } = await sandbox.inventory();
    const { branches, pullRequests } = repositories.find(
      ({ name }) => name === 'myorg/infrastructure',
    )!;
    return {
      branches: branches.filter(name => name === branch).length,
      pullRequests: pullRequests.filter(({ head }) => head === branch).length,
    };
  }

  it('goes on from wherever that was, and makes nothing twice', async () => {
    let survived = false;
    let calls = 0;
    while (!survived) {
      calls += 1;
      const branch = `stopped-${calls}`;
      const http = createMortalHttp(calls);
      const attempt = createProvider(sandbox, { http });
      const result = await attempt
        .createPullRequest(request(branch))
        .catch(() => undefined);
      survived = result !== undefined;
      expect(survived).toBe(!http.life.killed);

      const again = await createProvider(sandbox).createPullRequest(
        request(branch),
      );
      expect(again).toMatchObject({ openedBy: `run-${branch}`, state: 'open' });
      expect(await count(branch)).toEqual({ branches: 1, pullRequests: 1 });
    }
    // One look, one blob (text goes with the tree), tree, commit, ref, pull.
    expect(calls).toBe(7);
  }, 120_000);

  /** Attempts something, killed after one call more each time, then once to the end. */
  async function attemptEverywhere<T>(
    act: (provider: GithubGitProvider, turn: number) => Promise<T>,
    check: (result: T, turn: number) => Promise<void>,
  ): Promise<number> {
    for (let calls = 1; ; calls += 1) {
      const http = createMortalHttp(calls);
      const attempt = createProvider(sandbox, { http });
      await act(attempt, calls).catch(() => undefined);
      await check(await act(createProvider(sandbox), calls), calls);
      if (!http.life.killed) {
        return calls;
      }
    }
  }

  it('creates one repository, wherever it is stopped', async () => {
    const calls = await attemptEverywhere(
      (provider, turn) =>
        provider.createRepository({
          repository: { ...repository, name: `stopped-service-${turn}` },
          template: { ...repository, name: 'service-template' },
          visibility: 'private',
          files: [{ path: 'own.txt', content: Buffer.from('own') }],
          runKey: `task-1/create/${turn}`,
        }),
      async (created, turn) => {
        expect(created.url).toContain(`stopped-service-${turn}`);
        const person = createPerson(sandbox);
        const commits = await person.call(
          created.repository,
          'GET',
          'commits?per_page=100',
        );
        expect(commits.answer).toHaveLength(2);
      },
    );
    // Look, generate, branch (until it is filled), its commit, tree, commit, move.
    expect(calls).toBeGreaterThan(7);
  }, 120_000);

  it.each(['/git/refs$', '/pulls$'])(
    'reverts once, though the answer to %s is lost',
    async pathPattern => {
      const provider = createProvider(sandbox);
      const { url, number } = await provider.createPullRequest(
        request(`reverted${pathPattern.replace(/\W/g, '-')}`),
      );
      await merge(url);
      sandbox.faults.add({
        service: 'github',
        kind: 'reset-after',
        match: { method: 'POST', pathPattern },
        times: 1,
      });
      const options = { runKey: 'run-revert' };
      await expect(
        provider.revertPullRequest(url, options),
      ).rejects.toMatchObject({ name: 'ServiceUnavailableError' });
      await provider.revertPullRequest(url, options);
      expect(await count(`self-service-revert-${number}`)).toEqual({
        branches: 1,
        pullRequests: 1,
      });
    },
    60_000,
  );

  it('closes once, wherever it is stopped', async () => {
    const provider = createProvider(sandbox);
    await attemptEverywhere(
      async (attempt, turn) => {
        await provider
          .createPullRequest(request(`to-close-${turn}`))
          .catch(() => undefined);
        const found = await provider.findPullRequest(
          repository,
          `to-close-${turn}`,
        );
        expect(found?.url).toMatch(/\/pull\/\d+$/);
        await attempt.closePullRequest(found!.url, { comment: 'Undone.' });
      },
      async (_, turn) => {
        expect(await count(`to-close-${turn}`)).toEqual({
          branches: 0,
          pullRequests: 1,
        });
      },
    );
  }, 120_000);

  it.each([
    ['POST', '/generate$', 'reset-after'],
    ['POST', '/generate$', 'wrong-after'],
    ['POST', '/generate$', 'status-after'],
    ['DELETE', '/repos/myorg/lost-', 'reset-midway'],
  ] as const)(
    'creates and removes a repository, though answers are lost (%s %s %s)',
    async (method, pathPattern, kind) => {
      const name = `lost-${kind}`;
      const options = {
        runKey: 'task-1/lost/0',
        repository: { ...repository, name },
      };
      const create = () =>
        createProvider(sandbox).createRepository({
          ...options,
          template: { ...repository, name: 'service-template' },
          visibility: 'private',
        });
      const remove = () =>
        createProvider(sandbox).removeRepository(options.repository, options);
      sandbox.faults.add({
        service: 'github',
        kind,
        match: { method, pathPattern },
        times: 1,
      });
      // The loss of what only the removal sends is not felt here.
      const error = await create().catch(e => e);
      const lost = { whose: 'vendor', canPass: true };
      expect(problemOf(error) ?? lost).toMatchObject(lost);
      await create();
      expect(['deleted', 'absent']).toContain(await remove());
      expect(sandbox.faults.list()).toEqual([]);
      const { repositories } = await sandbox.inventory();
      expect(repositories.map(entry => entry.name)).not.toContain(
        `myorg/${name}`,
      );
    },
    60_000,
  );

  it('does not take nonsense for a merge or a deletion', async () => {
    const provider = createProvider(sandbox);
    const { url, head } = await provider.createPullRequest(request('unmerged'));
    const runKey = 'task-1/undeleted/0';
    const service = { ...repository, name: 'undeleted' };
    await provider.createRepository({
      repository: service,
      visibility: 'private',
      runKey,
    });
    for (const method of ['PUT', 'DELETE']) {
      sandbox.faults.add({
        service: 'github',
        kind: 'wrong',
        match: { method },
      });
    }
    for (const act of [
      provider.mergePullRequest(url, { head: head.commit }),
      provider.removeRepository(service, { runKey }),
      provider.closePullRequest(url),
    ]) {
      await expect(act).rejects.toMatchObject({
        name: 'ServiceUnavailableError',
      });
    }
    sandbox.faults.clear();
    expect(await provider.removeRepository(service, { runKey })).toBe(
      'deleted',
    );
  }, 60_000);

  it.each(['reset-after', 'wrong-after', 'status-after'] as const)(
    'merges and closes, though the answer is lost (%s)',
    async kind => {
      const provider = createProvider(sandbox);
      const { url, head } = await provider.createPullRequest(
        request(`merge-${kind}`),
      );
      const lose = (method: string) =>
        sandbox.faults.add({
          service: 'github',
          kind,
          match: { method },
          times: 1,
        });
      lose('PUT');
      const error = await provider
        .mergePullRequest(url, { head: head.commit })
        .catch(e => e);
      expect(problemOf(error)).toMatchObject({ canPass: true });
      await provider.mergePullRequest(url, { head: head.commit });
      expect((await provider.getPullRequest(url)).state).toBe('merged');

      const other = await provider.createPullRequest(request(`close-${kind}`));
      lose('PATCH');
      await provider.closePullRequest(other.url).catch(() => undefined);
      await provider.closePullRequest(other.url);
      expect(await count(`close-${kind}`)).toEqual({
        branches: 0,
        pullRequests: 1,
      });
      expect(sandbox.faults.list()).toEqual([]);
    },
    60_000,
  );

  it.each(['/git/refs$', '/pulls$'])(
    'is unsure about a cut answer to %s, and sure on the next attempt',
    async pathPattern => {
      const branch = `cut-${pathPattern.replace(/\W/g, '')}`;
      sandbox.faults.add({
        service: 'github',
        kind: 'reset-after',
        match: { method: 'POST', pathPattern },
        times: 1,
      });
      const provider = createProvider(sandbox);
      await expect(
        provider.createPullRequest(request(branch)),
      ).rejects.toMatchObject({
        name: 'ServiceUnavailableError',
        message: expect.stringContaining('may have been carried out'),
      });
      await provider.createPullRequest(request(branch));
      expect(await count(branch)).toEqual({ branches: 1, pullRequests: 1 });
    },
  );

  it('sees passing failures of reads and of what leaves nothing behind through', async () => {
    for (const pathPattern of ['/graphql$', '/git/blobs$', '/git/trees$']) {
      sandbox.faults.add({
        service: 'github',
        kind: 'status',
        status: 502,
        match: { pathPattern },
        times: 1,
      });
    }
    sandbox.faults.add({
      service: 'github',
      kind: 'rate-limit',
      retryAfterSeconds: 0,
      match: { method: 'POST', pathPattern: '/git/refs$' },
      times: 1,
    });
    await createProvider(sandbox).createPullRequest(request('passing'));
    expect(sandbox.faults.list()).toEqual([]);
    expect(await count('passing')).toEqual({ branches: 1, pullRequests: 1 });
  });

  it('does not take nonsense for an answer', async () => {
    sandbox.faults.add({ service: 'github', kind: 'wrong' });
    await expect(
      createProvider(sandbox).createPullRequest(request('nonsense')),
    ).rejects.toMatchObject({
      name: 'ServiceUnavailableError',
      message: expect.stringContaining('not describe'),
    });
  });

  it("leaves a branch alone that isn't the run's", async () => {
    const provider = createProvider(sandbox);
    const { url } = await provider.createPullRequest(request('foreign'));
    await close(url);
    await expect(
      provider.createPullRequest({ ...request('foreign'), runKey: 'run-x' }),
    ).rejects.toMatchObject({
      name: 'ConflictError',
      message: `Branch ${sandbox.urls.github}/myorg/infrastructure/tree/foreign exists, and this run did not make it. Choose another name, or delete the branch.`,
    });
    await expect(
      provider.createPullRequest(request('foreign')),
    ).rejects.toMatchObject({
      name: 'ConflictError',
      message: expect.stringContaining(`${url} of this run was closed`),
    });
  });

  it('says so when there is nothing to propose', async () => {
    const provider = createProvider(sandbox);
    const first = request('nothing');
    const { url } = await provider.createPullRequest(first);
    await merge(url);
    const found = await provider.createPullRequest(first);
    expect(found).toMatchObject({
      state: 'merged',
      mergeCommit: expect.stringMatching(/^[0-9a-f]{40}$/),
    });
    await expect(
      provider.createPullRequest({
        ...first,
        branch: 'nothing-new',
        runKey: 'run-nothing-new',
      }),
    ).rejects.toMatchObject({
      name: 'InputError',
      message: expect.stringContaining('has these files already'),
    });
    expect(await count('nothing-new')).toEqual({
      branches: 0,
      pullRequests: 0,
    });
  });

  it('says what is missing when it may not write', async () => {
    const token = sandbox.credentials.githubReadOnlyToken;
    await expect(
      createProvider(sandbox, { token }).createPullRequest(request('readonly')),
    ).rejects.toMatchObject({
      name: 'NotAllowedError',
      message: expect.not.stringContaining(token),
    });
  });
});
