import { mockServices } from '@backstage/backend-test-utils';
import { buildSchema, parse, validate } from 'graphql';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Sandbox, startSandbox } from 'sandbox';
import { createGitHubConformance } from 'sandbox/src/__testUtils__/githubConformance';
import {
  Exchange,
  recordTraffic,
} from 'sandbox/src/__testUtils__/recordTraffic';
import { GithubGitProvider } from './GithubGitProvider';

// Real git takes its time on a busy machine.
jest.setTimeout(60_000);

const REST = '/api/v3';
const GRAPHQL = '/api/graphql';

const infrastructure = {
  host: 'github.com',
  owner: 'myorg',
  name: 'infrastructure',
};
const told = { ...infrastructure, name: 'told' };

/** Everything that a provider can do, and some of what it may not. */
async function doEverything(provider: GithubGitProvider) {
  const open = (branch: string, runKey: string) =>
    provider.createPullRequest({
      repository: infrastructure,
      branch,
      title: `Add ${branch}`,
      body: 'Asked for through the portal.',
      commitMessage: `Add ${branch}`,
      files: [
        { path: `${branch}/main.tf`, content: Buffer.from('# nothing\n') },
        {
          path: `${branch}/run.sh`,
          content: Buffer.from(''),
          executable: true,
        },
        { path: `${branch}/picture`, content: Buffer.from([0xff, 0]) },
      ],
      runKey,
    });
  await provider.checkHealth();
  const merged = await open('told-merged', 'run-1');
  await open('told-merged', 'run-1');
  await open('told-merged', 'run-2').catch(() => undefined);
  await provider.addComment(merged.url, 'atlantis plan');
  await provider.listComments(merged.url, { since: '2026-01-01T00:00:00Z' });
  await provider.getPullRequest(merged.url);
  await provider.findPullRequest(infrastructure, 'told-merged');
  await provider.findBranch(infrastructure, 'told-merged');
  await provider.findBranch(infrastructure, 'told-none');
  const { head } = merged;
  for (const directory of ['modules/postgresql', 'none']) {
    await provider.listFiles(infrastructure, directory, {
      commit: head.commit,
    });
  }
  await provider.listCommitStatuses(infrastructure, head.commit);
  await provider.listPullRequestStates([merged.url]);
  await provider.mergePullRequest(merged.url, { head: head.commit });
  await provider.findPullRequestOfCommit(infrastructure, head.commit);
  await provider.commitFiles({
    repository: infrastructure,
    message: 'Add told',
    files: [{ path: 'told.txt', content: Buffer.from('told\n') }],
    runKey: 'run-3',
  });
  await provider.findCommit(infrastructure, { runKey: 'run-3' });
  await provider.revertPullRequest(merged.url, { runKey: 'run-1' });
  const closed = await open('told-closed', 'run-1');
  await provider.closePullRequest(closed.url, { comment: 'Not needed.' });
  await provider.removeBranch(infrastructure, 'told-none', { runKey: 'run-1' });
  await provider.createRepository({
    repository: told,
    template: { ...infrastructure, name: 'service-template' },
    visibility: 'private',
    description: 'For this test',
    files: [{ path: 'README.md', content: Buffer.from('# Told\n') }],
    runKey: 'run-1',
  });
  await provider.createRepository({
    repository: { ...told, name: 'told-empty' },
    visibility: 'private',
    runKey: 'run-1',
  });
  await provider.findRepository(told);
  await provider.grantTeamPermission(told, 'payments', 'admin');
  await provider.grantTeamPermission(told, 'none', 'read').catch(() => {});
  await provider.listTeamPermissions(told);
  await provider.revokeTeamPermission(told, 'payments');
  await provider.removeRepository(told, { runKey: 'run-1' });
  await provider.findRepository(told);
}

/** The package exports an ES module alone, so its schema is read as a file. */
function readPublishedSchema() {
  const file = (require.resolve.paths('@octokit/graphql-schema') ?? [])
    .map(path => join(path, '@octokit/graphql-schema/schema.graphql'))
    .find(existsSync);
  // It defines a field twice, which is none of ours.
  return buildSchema(readFileSync(file!, 'utf8'), { assumeValidSDL: true });
}

describe('what goes to GitHub and comes from its stand-in', () => {
  let dataDirectory: string;
  let sandbox: Sandbox;
  let exchanges: Exchange[];
  const conformance = createGitHubConformance();

  beforeAll(async () => {
    dataDirectory = await mkdtemp(join(tmpdir(), 'github-traffic-'));
    sandbox = await startSandbox({ dataDirectory, ports: 'ephemeral' });
    const traffic = await recordTraffic(sandbox.urls.github);
    const { githubToken: token } = sandbox.credentials;
    const apiBaseUrl = `${traffic.url}${REST}`;
    await doEverything(
      GithubGitProvider.fromConfig(
        mockServices.rootConfig({
          data: {
            integrations: {
              github: [{ host: 'github.com', apiBaseUrl, token }],
            },
          },
        }),
        { logger: mockServices.logger.mock() },
      ),
    );
    await traffic.stop();
    ({ exchanges } = traffic);
  }, 60_000);
  afterAll(async () => {
    await sandbox?.stop();
    await rm(dataDirectory, { recursive: true, force: true });
  });

  const rest = () => exchanges.filter(({ path }) => path.startsWith(REST));

  it('is as the REST description of GitHub has it, in both directions', () => {
    const problems = rest().flatMap(exchange => {
      const { method, query, body, status, answer } = exchange;
      const path = decodeURIComponent(exchange.path).slice(REST.length);
      return [
        ...conformance.requestProblems(method, path, query, body),
        ...conformance.problems(method, path, status, answer),
      ].map(problem => `${method} ${path} ${status}: ${problem}`);
    });
    expect(problems).toEqual([]);
    // How often a new repository is waited for depends on the machine.
    expect(conformance.seen().filter(one => !one.endsWith(' 409'))).toEqual([
      'DELETE /orgs/{org}/teams/{team_slug}/repos/{owner}/{repo} 204',
      'DELETE /repos/{owner}/{repo} 204',
      'DELETE /repos/{owner}/{repo}/git/refs/{ref} 204',
      'GET /rate_limit 200',
      'GET /repos/{owner}/{repo} 200',
      'GET /repos/{owner}/{repo} 404',
      'GET /repos/{owner}/{repo}/branches 200',
      'GET /repos/{owner}/{repo}/commits 200',
      'GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls 200',
      'GET /repos/{owner}/{repo}/commits/{ref}/statuses 200',
      'GET /repos/{owner}/{repo}/contents/{path} 200',
      'GET /repos/{owner}/{repo}/contents/{path} 404',
      'GET /repos/{owner}/{repo}/git/commits/{commit_sha} 200',
      'GET /repos/{owner}/{repo}/git/ref/{ref} 200',
      'GET /repos/{owner}/{repo}/git/ref/{ref} 404',
      'GET /repos/{owner}/{repo}/git/trees/{tree_sha} 200',
      'GET /repos/{owner}/{repo}/issues/{issue_number}/comments 200',
      'GET /repos/{owner}/{repo}/pulls 200',
      'GET /repos/{owner}/{repo}/pulls/{pull_number} 200',
      'GET /repos/{owner}/{repo}/pulls/{pull_number}/files 200',
      'GET /repos/{owner}/{repo}/teams 200',
      'GET /user 200',
      'PATCH /repos/{owner}/{repo}/git/refs/{ref} 200',
      'PATCH /repos/{owner}/{repo}/pulls/{pull_number} 200',
      'POST /orgs/{org}/repos 201',
      'POST /repos/{owner}/{repo}/git/blobs 201',
      'POST /repos/{owner}/{repo}/git/commits 201',
      'POST /repos/{owner}/{repo}/git/refs 201',
      'POST /repos/{owner}/{repo}/git/trees 201',
      'POST /repos/{owner}/{repo}/issues/{issue_number}/comments 201',
      'POST /repos/{owner}/{repo}/pulls 201',
      'POST /repos/{template_owner}/{template_repo}/generate 201',
      'PUT /orgs/{org}/teams/{team_slug}/repos/{owner}/{repo} 204',
      'PUT /orgs/{org}/teams/{team_slug}/repos/{owner}/{repo} 404',
      'PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge 200',
    ]);
  });

  it('asks what the GraphQL schema of GitHub knows', () => {
    const schema = readPublishedSchema();
    const queries = exchanges.filter(({ path }) => path === GRAPHQL);
    expect(queries.length).toBeGreaterThan(0);
    for (const { body, status, answer } of queries) {
      expect(validate(schema, parse(body.query))).toEqual([]);
      expect({ status, errors: answer.errors }).toEqual({ status: 200 });
    }
    expect(queries.length + rest().length).toBe(exchanges.length);
  });

  it('would be found out if it were not', () => {
    const path = '/repos/myorg/infrastructure/pulls';
    const none = new URLSearchParams();
    expect(
      conformance.requestProblems('POST', path, none, {
        head: 'told',
        base: 1,
        source: 'told',
      }),
    ).toEqual([
      '/source is no field of this operation',
      'data/base must be string',
    ]);
    expect(
      conformance.requestProblems(
        'GET',
        path,
        new URLSearchParams({ state: 'merged', of: 'dana' }),
        undefined,
      ),
    ).toHaveLength(2);
    expect(conformance.requestProblems('PUT', path, none, {})).toEqual([
      `PUT ${path} is no operation of GitHub's`,
    ]);
  });
});
