import { mockServices } from '@backstage/backend-test-utils';
import { HttpClient, Repository } from '@self-service/plugin-providers-node';
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
  GitlabGitProvider,
  GitlabGitProviderOptions,
} from './GitlabGitProvider';

// Real git takes its time on a busy machine.
jest.setTimeout(30_000);
/** Long enough for a stand-in on a busy machine. */
const LIMIT_MILLISECONDS = 3_000;
const TOKEN = 'sandbox-gitlab-token';

async function start() {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'gitlab-provider-'));
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
  { urls }: Sandbox,
  http?: GitlabGitProviderOptions['http'],
) {
  const url = urls.standIns.gitlab;
  const { host } = new URL(url);
  const [provider] = GitlabGitProvider.listFromConfig(
    mockServices.rootConfig({
      data: {
        integrations: {
          gitlab: [
            { host, baseUrl: url, apiBaseUrl: `${url}/api/v4`, token: TOKEN },
          ],
        },
      },
    }),
    { http },
  );
  return provider;
}

function repositoryOf({ urls }: Sandbox): Repository {
  const { host } = new URL(urls.standIns.gitlab);
  return { host, owner: 'myorg', name: 'infrastructure' };
}

/** Waits that take nearly no time: a project that is made is waited for. */
function createHurriedHttp(timeoutMilliseconds?: number) {
  return HttpClient.create({
    vendor: 'GitLab',
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
  'GitLab',
  async () => {
    const { sandbox, stop } = await start();
    const { call, push, readFile, listBranches } = createPerson(sandbox);
    const repository = repositoryOf(sandbox);
    return {
      provider: createProvider(sandbox),
      repository,
      template: { ...repository, name: 'service-template' },
      teams: ['payments', 'search'],
      push,
      readFile,
      listBranches,
      countPullRequests: async (target, branch) => {
        const path = `/merge_requests?source_branch=${branch}`;
        return (await call(target, 'GET', path)).answer.length;
      },
      forbidDeletion: async () => {
        sandbox.faults.add({
          service: 'gitlab',
          kind: 'status',
          status: 403,
          match: { method: 'DELETE' },
          times: 1,
        });
      },
      addStatus: async ({ commit, context, state, description }) => {
        const states = { failure: 'failed', error: 'canceled' } as const;
        const { status } = await call(
          repository,
          'POST',
          `/statuses/${commit}`,
          {
            name: context,
            state:
              state in states ? states[state as keyof typeof states] : state,
            description,
          },
        );
        expect(status).toBe(201);
      },
      failing: {
        provider: createProvider(sandbox, createHurriedHttp()),
        hasty: createProvider(sandbox, createHurriedHttp(LIMIT_MILLISECONDS)),
        faults: createProviderFaults(sandbox.faults, 'gitlab', {
          slowMilliseconds: 2 * LIMIT_MILLISECONDS,
        }),
        token: TOKEN,
      },
      stop,
    };
  },
  { features: ['internal-repositories', 'team-permissions'] },
);
