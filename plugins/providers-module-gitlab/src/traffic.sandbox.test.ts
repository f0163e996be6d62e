import { mockServices } from '@backstage/backend-test-utils';
import { Repository } from '@self-service/plugin-providers-node';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Sandbox, startSandbox } from 'sandbox';
import { GitLabConformance } from 'sandbox/src/__testUtils__/gitlabConformance';
import {
  Exchange,
  recordTraffic,
} from 'sandbox/src/__testUtils__/recordTraffic';
import { GitlabGitProvider } from './GitlabGitProvider';

// Real git takes its time on a busy machine.
jest.setTimeout(60_000);

const REST = '/api/v4';

/** Everything that a provider can do, and some of what it may not. */
async function doEverything(
  provider: GitlabGitProvider,
  infrastructure: Repository,
) {
  const told = { ...infrastructure, name: 'told' };
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
  await provider.listCommitStatuses(infrastructure, head.commit);
  await provider.listPullRequestStates([merged.url]);
  await provider.mergePullRequest(merged.url, { head: head.commit });
  const { commit } = head;
  await provider.listFiles(infrastructure, 'told-merged', { commit });
  await provider.findPullRequestOfCommit(infrastructure, commit);
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
    visibility: 'internal',
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

describe('what goes to GitLab and comes from its stand-in', () => {
  let dataDirectory: string;
  let sandbox: Sandbox;
  let exchanges: Exchange[];
  const conformance = new GitLabConformance();

  beforeAll(async () => {
    dataDirectory = await mkdtemp(join(tmpdir(), 'gitlab-traffic-'));
    sandbox = await startSandbox({ dataDirectory, ports: 'ephemeral' });
    const traffic = await recordTraffic(sandbox.urls.standIns.gitlab);
    const { host } = new URL(traffic.url);
    const config = mockServices.rootConfig({
      data: {
        integrations: {
          gitlab: [
            {
              host,
              baseUrl: traffic.url,
              apiBaseUrl: `${traffic.url}${REST}`,
              token: 'sandbox-gitlab-token',
            },
          ],
        },
      },
    });
    const [provider] = GitlabGitProvider.listFromConfig(config);
    await doEverything(provider, {
      host,
      owner: 'myorg',
      name: 'infrastructure',
    });
    await traffic.stop();
    ({ exchanges } = traffic);
  }, 60_000);
  afterAll(async () => {
    await sandbox?.stop();
    await rm(dataDirectory, { recursive: true, force: true });
  });

  it('is as the description of GitLab has it, in both directions', () => {
    const notDescribed = new Set<string>();
    const problems = exchanges.flatMap(exchange => {
      const { method, query, body, status, answer } = exchange;
      const path = exchange.path.slice(REST.length);
      if (conformance.isNotDescribed(method, path)) {
        notDescribed.add(`${method} ${path.split('/').pop()} ${status}`);
        return [];
      }
      return [
        ...conformance.requestProblems(method, path, query, body),
        ...conformance.problems(method, path, status, answer),
      ].map(problem => `${method} ${path} ${status}: ${problem}`);
    });
    expect([...new Set(problems)]).toEqual([]);
    expect([...notDescribed].sort()).toEqual([
      'GET notes 200',
      'GET user 200',
      'POST notes 201',
    ]);
    // How often a new project, or a merge, is waited for depends on the machine.
    const hasWaited = /\/branches 404$|\/merge 4\d\d$/;
    expect(conformance.seen().filter(one => !hasWaited.test(one))).toEqual([
      'DELETE /projects/{id} 202',
      'DELETE /projects/{id}/repository/branches/{branch} 204',
      'DELETE /projects/{id}/share/{group_id} 204',
      'GET /groups/{id} 200',
      'GET /groups/{id} 404',
      'GET /namespaces/{id} 200',
      'GET /personal_access_tokens/self 200',
      'GET /projects/{id} 200',
      'GET /projects/{id} 404',
      'GET /projects/{id}/merge_requests 200',
      'GET /projects/{id}/merge_requests/{merge_request_iid} 200',
      'GET /projects/{id}/merge_requests/{merge_request_iid}/diffs 200',
      'GET /projects/{id}/repository/blobs/{sha}/raw 200',
      'GET /projects/{id}/repository/branches 200',
      'GET /projects/{id}/repository/branches/{branch} 200',
      'GET /projects/{id}/repository/branches/{branch} 404',
      'GET /projects/{id}/repository/commits 200',
      'GET /projects/{id}/repository/commits/{sha} 200',
      'GET /projects/{id}/repository/commits/{sha}/merge_requests 200',
      'GET /projects/{id}/repository/commits/{sha}/statuses 200',
      'GET /projects/{id}/repository/tree 200',
      'HEAD /projects/{id}/repository/files/{file_path} 200',
      'HEAD /projects/{id}/repository/files/{file_path} 404',
      'POST /projects 201',
      'POST /projects/{id}/merge_requests 201',
      'POST /projects/{id}/repository/commits 201',
      'POST /projects/{id}/share 201',
      'PUT /projects/{id}/merge_requests/{merge_request_iid} 200',
      'PUT /projects/{id}/merge_requests/{merge_request_iid}/merge 200',
    ]);
  });

  it('would be found out if it were not', () => {
    const path = '/projects/myorg%2Finfrastructure/merge_requests';
    const none = new URLSearchParams();
    expect(
      conformance.requestProblems('POST', path, none, {
        source_branch: 'told',
        target_branch: 1,
        head: 'told',
      }),
    ).toEqual([
      "/ must have required property 'title'",
      '/ must NOT have additional properties: head',
      '/target_branch must be string',
    ]);
    const query = new URLSearchParams({
      state: 'open',
      'iids[]': 'a',
      of: '1',
    });
    expect(
      conformance.requestProblems('GET', path, query, undefined),
    ).toHaveLength(3);
    expect(conformance.requestProblems('PATCH', path, none, {})).toEqual([
      `PATCH ${path} is no operation of GitLab's`,
    ]);
    expect(
      conformance.problems('GET', path, 200, [
        { iid: '1', created_at: 'today', diff_refs: null },
      ]),
    ).toEqual([
      '/0 must NOT have additional properties: diff_refs',
      '/0/iid must be integer,null',
      '/0/created_at must match format "date-time"',
    ]);
    expect(conformance.problems('GET', path, 204, undefined)).toEqual([
      '204 is no answer of this operation',
    ]);
    expect(conformance.problems('GET', path, 404, {})).not.toEqual([]);
  });
});
