import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import { AddressInfo } from 'node:net';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Octokit } from 'octokit';
import { createPullRequest } from 'octokit-plugin-create-pull-request';
import {
  commitFiles,
  startTestGitHost,
  TestGitHost,
} from '../__testUtils__/github';

const run = promisify(execFile); // the server answers in this same process
const REPOSITORY = '/repos/myorg/infrastructure';

jest.setTimeout(30_000);

describe('the git host', () => {
  let github: TestGitHost;
  let counter = 0;

  beforeAll(async () => {
    github = await startTestGitHost();
  });

  afterAll(async () => {
    await github.stop();
  });

  const openPull = async (files: Record<string, string | undefined>) => {
    counter += 1;
    const branch = `change-${counter}`;
    const sha = await commitFiles(github, { branch, files });
    const { body } = await github.call('POST', `${REPOSITORY}/pulls`, {
      title: `Change ${counter}`,
      body: 'Why',
      head: branch,
      base: 'main',
    });
    return { branch, sha, number: body.number as number, pull: body };
  };

  describe('authentication', () => {
    it('answers 401 without a token and with an unknown one', async () => {
      const none = await github.call('GET', REPOSITORY, undefined, {
        token: '',
      });
      expect(none.status).toBe(401);
      expect(none.body.message).toBe('Requires authentication');
      const bad = await github.call('GET', '/user', undefined, { token: 'x' });
      expect(bad.body.message).toBe('Bad credentials');
    });

    it('lets the read-only token read and nothing else', async () => {
      const token = 'sandbox-github-readonly';
      const read = await github.call('GET', REPOSITORY, undefined, { token });
      expect(read.body.permissions).toMatchObject({ pull: true, push: false });
      const write = await github.call(
        'POST',
        `${REPOSITORY}/git/blobs`,
        { content: 'x' },
        { token },
      );
      expect(write.status).toBe(403);
    });

    it('names the account and the limits', async () => {
      const user = await github.call('GET', '/user');
      expect(user.body.login).toBe('self-service-bot');
      expect(user.headers.get('x-github-request-id')).toMatch(/.{10}/);
      expect(user.headers.get('x-ratelimit-remaining')).toMatch(/^\d+$/);
      const limits = await github.call('GET', '/rate_limit');
      expect(limits.body.rate.limit).toBe(5000);
    });
  });

  it('refuses what exceeds a limit, as documented', async () => {
    const limited = await startTestGitHost({ enforcesLimits: true });
    const refuse = (status = 403) => ({
      status,
      body: {
        message: expect.stringContaining('exceeded a secondary rate limit'),
      },
    });
    const create = (index: number) =>
      limited.call('POST', '/orgs/myorg/repos', { name: `many-${index}` });
    const created = await Promise.all([...Array(80).keys()].map(create));
    expect(new Set(created.map(({ status }) => status))).toEqual(
      new Set([201]),
    );
    const refused = await create(80);
    expect(refused).toMatchObject(refuse());
    expect(Number(refused.headers.get('retry-after'))).toBeLessThan(61);
    // 81 creations are 405 points of 900 a minute.
    const ask = () => limited.call('GET', '/user');
    const answers = await Promise.all([...Array(495)].map(ask));
    expect(new Set(answers.map(({ status }) => status))).toEqual(
      new Set([200]),
    );
    expect(await ask()).toMatchObject(refuse());
    expect((await limited.call('GET', '/rate_limit')).status).toBe(200);
    await limited.stop();
  });

  describe('teams', () => {
    const TEAM = '/orgs/myorg/teams/payments/repos/myorg/infrastructure';

    it('keeps what each may do in a repository', async () => {
      const list = async () =>
        (await github.call('GET', `${REPOSITORY}/teams`)).body;
      expect(await list()).toEqual([]);
      for (const permission of ['admin', 'push']) {
        const put = await github.call('PUT', TEAM, { permission });
        expect(put.status).toBe(204);
      }
      expect(await list()).toEqual([
        expect.objectContaining({
          slug: 'payments',
          permission: 'push',
          permissions: expect.objectContaining({ push: true, admin: false }),
        }),
      ]);
      for (let turn = 0; turn < 2; turn += 1) {
        expect((await github.call('DELETE', TEAM)).status).toBe(204);
        expect(await list()).toEqual([]);
      }
    });

    it('refuses a team, a repository and a permission that are none', async () => {
      const put = async (path: string, permission = 'pull', token?: string) =>
        (await github.call('PUT', path, { permission }, { token })).status;
      expect([
        await put(TEAM.replace('payments', 'none')),
        await put(TEAM.replace('infrastructure', 'none')),
        await put(TEAM, 'own'),
        await put(TEAM.replace('/orgs/myorg', '/orgs/other')),
        await put(TEAM, 'pull', 'sandbox-github-readonly'),
      ]).toEqual([404, 404, 422, 422, 403]);
    });
  });

  describe('git data', () => {
    it('reads back blobs, trees and commits', async () => {
      const content = Buffer.from([0, 255, 10, 13]).toString('base64');
      const { body } = await github.call('POST', `${REPOSITORY}/git/blobs`, {
        content,
        encoding: 'base64',
      });
      const blob = await github.call(
        'GET',
        `${REPOSITORY}/git/blobs/${body.sha}`,
      );
      expect(blob.body).toMatchObject({ content, size: 4 });
      const tree = await github.call(
        'GET',
        `${REPOSITORY}/git/trees/main?recursive=1`,
      );
      expect(
        tree.body.tree.map((entry: { path: string }) => entry.path),
      ).toContain('modules/postgresql/main.tf');
      const [latest] = (await github.call('GET', `${REPOSITORY}/commits`)).body;
      const commit = await github.call(
        'GET',
        `${REPOSITORY}/git/commits/${latest.sha}`,
      );
      expect(commit.body.message).toBe('Initial commit');
      const missing = await github.call(
        'GET',
        `${REPOSITORY}/git/commits/${'1'.repeat(40)}`,
      );
      expect(missing.status).toBe(404);
    });

    it('builds on the base tree and removes entries without a sha', async () => {
      const sha = await commitFiles(github, {
        branch: 'tree-test',
        files: { 'a/b/c.txt': 'deep', 'README.md': undefined },
      });
      const { body } = await github.call(
        'GET',
        `${REPOSITORY}/git/trees/${sha}?recursive=1`,
      );
      const paths = body.tree.map((entry: { path: string }) => entry.path);
      expect(paths).toContain('a/b/c.txt');
      expect(paths).toContain('databases/README.md');
      expect(paths).not.toContain('README.md');
      const bad = await github.call('POST', `${REPOSITORY}/git/trees`, {
        base_tree: body.sha,
        tree: [{ path: 'not-there', mode: '100644', sha: null }],
      });
      expect(bad.status).toBe(422);
      expect(bad.body.message).toBe('GitRPC::BadObjectState');
    });

    it('creates, moves and deletes refs with GitHub’s refusals', async () => {
      const sha = await commitFiles(github, {
        branch: 'refs-test',
        files: { 'one.txt': '1' },
      });
      const again = await github.call('POST', `${REPOSITORY}/git/refs`, {
        ref: 'refs/heads/refs-test',
        sha,
      });
      expect(again.status).toBe(422);
      expect(again.body.message).toBe('Reference already exists');
      const ref = await github.call(
        'GET',
        `${REPOSITORY}/git/ref/heads/refs-test`,
      );
      expect(ref.body.object.sha).toBe(sha);
      const other = await commitFiles(github, {
        branch: 'refs-other',
        files: { 'two.txt': '2' },
      });
      const path = `${REPOSITORY}/git/refs/heads%2Frefs-test`;
      const refused = await github.call('PATCH', path, { sha: other });
      expect(refused.status).toBe(422);
      expect(refused.body.message).toBe('Update is not a fast forward');
      const forced = await github.call('PATCH', path, {
        sha: other,
        force: true,
      });
      expect(forced.body.object.sha).toBe(other);
      expect((await github.call('DELETE', path)).status).toBe(204);
      expect((await github.call('DELETE', path)).status).toBe(422);
      const matching = await github.call(
        'GET',
        `${REPOSITORY}/git/matching-refs/heads/refs-`,
      );
      expect(matching.body).toHaveLength(1);
    });
  });

  describe('contents, branches and comparisons', () => {
    it('shows files, directories and raw bytes', async () => {
      const file = await github.call('GET', `${REPOSITORY}/contents/README.md`);
      expect(Buffer.from(file.body.content, 'base64').toString()).toContain(
        'Infrastructure of myorg',
      );
      const directory = await github.call(
        'GET',
        `${REPOSITORY}/contents/modules?ref=main`,
      );
      expect(directory.body).toEqual([
        expect.objectContaining({ type: 'dir', path: 'modules/postgresql' }),
      ]);
      const raw = await github.call(
        'GET',
        `${REPOSITORY}/contents/README.md`,
        undefined,
        { headers: { accept: 'application/vnd.github.raw+json' } },
      );
      expect(raw.body).toContain('# Infrastructure of myorg');
      const missing = await github.call('GET', `${REPOSITORY}/contents/nope`);
      expect(missing.status).toBe(404);
    });

    it('compares branches', async () => {
      await commitFiles(github, {
        branch: 'compare-test',
        files: { 'c.txt': '1\n' },
      });
      const { body } = await github.call(
        'GET',
        `${REPOSITORY}/compare/main...compare-test`,
      );
      expect(body).toMatchObject({
        status: 'ahead',
        ahead_by: 1,
        behind_by: 0,
      });
      expect(body.files[0]).toMatchObject({ filename: 'c.txt', additions: 1 });
      const branch = await github.call(
        'GET',
        `${REPOSITORY}/branches/compare-test`,
      );
      expect(branch.body.commit.sha).toBe(body.commits[0].sha);
      const branches = await github.call(
        'GET',
        `${REPOSITORY}/branches?per_page=1`,
      );
      expect(branches.body).toHaveLength(1);
      expect(branches.headers.get('link')).toContain('rel="next"');
      const missing = await github.call('GET', `${REPOSITORY}/branches/nope`);
      expect(missing.status).toBe(404);
    });
  });

  describe('pull requests', () => {
    it('refuses a second one, an empty one and an unknown branch', async () => {
      const { branch, sha, number } = await openPull({ 'x.txt': 'x' });
      const second = await github.call('POST', `${REPOSITORY}/pulls`, {
        title: 'Again',
        head: `myorg:${branch}`,
        base: 'main',
      });
      expect(second.status).toBe(422);
      expect(second.body.errors[0].message).toBe(
        `A pull request already exists for myorg:${branch}.`,
      );
      await github.call('POST', `${REPOSITORY}/git/refs`, {
        ref: 'refs/heads/empty',
        sha: (await github.call('GET', `${REPOSITORY}/commits`)).body[0].sha,
      });
      const empty = await github.call('POST', `${REPOSITORY}/pulls`, {
        title: 'Empty',
        head: 'empty',
        base: 'main',
      });
      expect(empty.body.errors[0].message).toBe(
        'No commits between main and empty',
      );
      const unknown = await github.call('POST', `${REPOSITORY}/pulls`, {
        title: 'Unknown',
        head: 'nope',
        base: 'main',
      });
      expect(unknown.status).toBe(422);
      const found = await github.call(
        'GET',
        `${REPOSITORY}/pulls?head=myorg:${branch}&base=main&state=all`,
      );
      expect(found.body.map((pull: { number: number }) => pull.number)).toEqual(
        [number],
      );
      const pull = await github.call('GET', `${REPOSITORY}/pulls/${number}`);
      expect(pull.body).toMatchObject({
        mergeable: true,
        merged: false,
        head: { sha },
        base: { ref: 'main' },
        changed_files: 1,
        commits: 1,
      });
    });

    it('follows the branch, closes and reopens', async () => {
      const { branch, number } = await openPull({ 'y.txt': 'y' });
      const sha = await commitFiles(github, {
        branch,
        base: branch,
        files: { 'y.txt': 'z' },
        update: true,
      });
      const moved = await github.call('GET', `${REPOSITORY}/pulls/${number}`);
      expect(moved.body.head.sha).toBe(sha);
      const path = `${REPOSITORY}/pulls/${number}`;
      const closed = await github.call('PATCH', path, {
        state: 'closed',
        title: 'New title',
      });
      expect(closed.body).toMatchObject({
        state: 'closed',
        title: 'New title',
      });
      const reopened = await github.call('PATCH', path, { state: 'open' });
      expect(reopened.body.state).toBe('open');
      await github.call('DELETE', `${REPOSITORY}/git/refs/heads/${branch}`);
      const gone = await github.call('GET', path);
      expect(gone.body).toMatchObject({ state: 'closed', merged: false });
    });

    it('merges only the head it was asked to, into what git clones', async () => {
      const { sha, number } = await openPull({ 'merged.txt': 'here\n' });
      const path = `${REPOSITORY}/pulls/${number}/merge`;
      expect((await github.call('GET', path)).status).toBe(404);
      const wrong = await github.call('PUT', path, { sha: 'f'.repeat(40) });
      expect(wrong.status).toBe(409);
      const merged = await github.call('PUT', path, { sha });
      expect(merged.body.merged).toBe(true);
      expect((await github.call('GET', path)).status).toBe(204);
      expect((await github.call('PUT', path, { sha })).status).toBe(405);
      const { body } = await github.call(
        'GET',
        `${REPOSITORY}/pulls/${number}`,
      );
      expect(body).toMatchObject({
        state: 'closed',
        merged: true,
        merge_commit_sha: merged.body.sha,
      });

      const directory = mkdtempSync(join(tmpdir(), 'sandbox-clone-'));
      try {
        await run('git', [
          'clone',
          '--quiet',
          `${github.url}/myorg/infrastructure.git`,
          join(directory, 'clone'),
        ]);
        expect(readFileSync(join(directory, 'clone/merged.txt'), 'utf8')).toBe(
          'here\n',
        );
      } finally {
        rmSync(directory, { recursive: true, force: true });
      }
    });

    it('merges changes of one file and refuses a conflict', async () => {
      const lines = (first: string, last: string) =>
        `${first}\n${'middle\n'.repeat(10)}${last}\n`;
      const base = await openPull({ 'three.txt': lines('a', 'z') });
      await github.call('PUT', `${REPOSITORY}/pulls/${base.number}/merge`, {});
      const top = await openPull({ 'three.txt': lines('A', 'z') });
      const bottom = await openPull({ 'three.txt': lines('a', 'Z') });
      const clash = await openPull({ 'three.txt': lines('B', 'z') });
      await github.call('PUT', `${REPOSITORY}/pulls/${top.number}/merge`, {});
      await github.call(
        'PUT',
        `${REPOSITORY}/pulls/${bottom.number}/merge`,
        {},
      );
      const { body } = await github.call(
        'GET',
        `${REPOSITORY}/contents/three.txt`,
      );
      expect(Buffer.from(body.content, 'base64').toString()).toBe(
        lines('A', 'Z'),
      );
      const conflict = await github.call(
        'GET',
        `${REPOSITORY}/pulls/${clash.number}`,
      );
      expect(conflict.body).toMatchObject({
        mergeable: false,
        mergeable_state: 'dirty',
      });
      const refused = await github.call(
        'PUT',
        `${REPOSITORY}/pulls/${clash.number}/merge`,
        {},
      );
      expect(refused.status).toBe(405);
    });

    it('lists files and commits, takes reviewers, assignees and labels', async () => {
      const { number } = await openPull({ 'p.txt': 'p\n', 'q.txt': 'q\n' });
      const path = `${REPOSITORY}/pulls/${number}`;
      const files = await github.call('GET', `${path}/files`);
      expect(files.body).toEqual([
        expect.objectContaining({
          filename: 'p.txt',
          patch: '@@ -0,0 +1 @@\n+p',
        }),
        expect.objectContaining({ filename: 'q.txt', status: 'added' }),
      ]);
      const commits = await github.call('GET', `${path}/commits`);
      expect(commits.body).toHaveLength(1);
      const reviewers = await github.call(
        'POST',
        `${path}/requested_reviewers`,
        { reviewers: ['leo'], team_reviewers: ['payments'] },
      );
      expect(reviewers.body.requested_teams[0].slug).toBe('payments');
      const issue = `${REPOSITORY}/issues/${number}`;
      const assigned = await github.call('POST', `${issue}/assignees`, {
        assignees: ['dana'],
      });
      expect(assigned.body.assignees[0].login).toBe('dana');
      const labels = await github.call('POST', `${issue}/labels`, {
        labels: ['self-service'],
      });
      expect(labels.body[0].name).toBe('self-service');
    });

    it('names the pull requests that a commit is of', async () => {
      const { number, sha } = await openPull({ 'associated.txt': 'a' });
      const path = `${REPOSITORY}/pulls/${number}`;
      const list = async (commit: string) => {
        const url = `${REPOSITORY}/commits/${commit}/pulls`;
        const { status, body } = await github.call('GET', url);
        return status === 200
          ? body.map((pull: { number: number }) => pull.number)
          : [status, body.message];
      };
      const main = await github.call('GET', `${REPOSITORY}/branches/main`);
      expect(await list(sha)).toEqual([number]);
      expect(await list(main.body.commit.sha)).not.toContain(number);
      const none = '0'.repeat(40);
      expect(await list(none)).toEqual([
        422,
        `No commit found for SHA: ${none}`,
      ]);
      await github.call('PATCH', path, { state: 'closed' });
      expect(await list(sha)).toEqual([]);
      await github.call('PATCH', path, { state: 'open' });
      const merged = await github.call('PUT', `${path}/merge`, { sha });
      expect(await list(merged.body.sha)).toEqual([number]);
      expect(await list(sha)).toEqual([number]);
    });

    it('hits by a fault what is about one pull request', async () => {
      const [one, other] = [
        await openPull({ 'one.txt': '1' }),
        await openPull({ 'other.txt': '2' }),
      ];
      const { id } = github.faults.add({
        service: 'github',
        kind: 'status',
        status: 503,
        match: { method: 'POST', text: one.branch },
      });
      const comment = async ({ number }: { number: number }) =>
        github.call('POST', `${REPOSITORY}/issues/${number}/comments`, {
          body: 'atlantis apply',
        });
      expect((await comment(one)).status).toBe(503);
      expect((await comment(other)).status).toBe(201);
      const refs = `${REPOSITORY}/git/refs`;
      const sha = one.sha;
      const ref = (name: string) =>
        github.call('POST', refs, { ref: `refs/heads/${name}`, sha });
      expect((await ref(`${one.branch}-again`)).status).toBe(503);
      expect((await ref('elsewhere')).status).toBe(201);
      github.faults.remove(id);
    });

    it('keeps comments, by page and by time', async () => {
      const { number } = await openPull({ 'comments.txt': 'c' });
      const path = `${REPOSITORY}/issues/${number}/comments`;
      for (const body of ['first', 'second', 'third']) {
        await github.call('POST', path, { body });
      }
      const page = await github.call('GET', `${path}?per_page=2&page=2`);
      expect(page.body.map(({ body }: { body: string }) => body)).toEqual([
        'third',
      ]);
      expect(page.headers.get('link')).toMatch(/rel="prev".*rel="first"/);
      const later = await github.call(
        'GET',
        `${path}?since=2999-01-01T00:00:00Z`,
      );
      expect(later.body).toEqual([]);
      const empty = await github.call('POST', path, {});
      expect(empty.status).toBe(422);
    });
  });

  it('combines commit statuses, pending while there are none', async () => {
    const { sha } = await openPull({ 'status.txt': 's' });
    const combined = async () =>
      (await github.call('GET', `${REPOSITORY}/commits/${sha}/status`)).body;
    expect(await combined()).toMatchObject({
      state: 'pending',
      total_count: 0,
    });
    const set = (context: string, state: string) =>
      github.call('POST', `${REPOSITORY}/statuses/${sha}`, {
        state,
        context,
        description: 'why',
        target_url: 'http://localhost/details',
      });
    await set('one', 'pending');
    await set('one', 'success');
    expect(await combined()).toMatchObject({
      state: 'success',
      total_count: 1,
    });
    await set('two', 'error');
    expect(await combined()).toMatchObject({
      state: 'failure',
      total_count: 2,
    });
    const all = await github.call(
      'GET',
      `${REPOSITORY}/commits/${sha}/statuses`,
    );
    expect(all.body.map(({ state }: { state: string }) => state)).toEqual([
      'error',
      'success',
      'pending',
    ]);
    expect((await set('three', 'fine')).status).toBe(422);
  });

  it('creates, archives and deletes repositories', async () => {
    const created = await github.call('POST', '/orgs/myorg/repos', {
      name: 'service',
      private: true,
    });
    expect(created.status).toBe(201);
    const again = await github.call('POST', '/orgs/myorg/repos', {
      name: 'service',
    });
    expect(again.status).toBe(422);
    await github.call('PATCH', '/repos/myorg/service', { archived: true });
    const refused = await github.call(
      'POST',
      '/repos/myorg/service/git/blobs',
      {
        content: 'x',
      },
    );
    expect(refused.status).toBe(403);
    expect((await github.call('DELETE', '/repos/myorg/service')).status).toBe(
      204,
    );
    expect((await github.call('GET', '/repos/myorg/service')).status).toBe(404);
  });

  it('generates a repository from a template, filled some time later', async () => {
    const template = '/repos/myorg/service-template';
    const body = {
      owner: 'myorg',
      name: 'generated',
      description: 'A service',
      private: true,
    };
    const created = await github.call('POST', `${template}/generate`, body);
    expect(created.body).toMatchObject({
      full_name: 'myorg/generated',
      description: 'A service',
      visibility: 'private',
    });
    const ref = '/repos/myorg/generated/git/ref/heads/main';
    const empty = await github.call('GET', ref);
    expect([empty.status, empty.body.message]).toEqual([
      409,
      'Git Repository is empty.',
    ]);
    const again = await github.call('POST', `${template}/generate`, body);
    expect(again.status).toBe(422);
    await github.host.idle();
    expect((await github.call('GET', ref)).status).toBe(200);
    const commits = await github.call('GET', '/repos/myorg/generated/commits');
    expect(commits.body).toHaveLength(1);
    // As the portal's catalog reads it.
    const file = await github.call(
      'GET',
      '/repos/myorg/generated/contents/catalog-info.yaml?ref=main',
      undefined,
      { headers: { accept: 'application/vnd.github.v3.raw' } },
    );
    expect(file.body).toContain('kind: Component');
    const plain = await github.call('POST', `${REPOSITORY}/generate`, {
      name: 'no-template',
    });
    expect(plain.status).toBe(404);
  });

  it('answers GraphQL about pull requests and their statuses', async () => {
    const { sha, number } = await openPull({ 'graphql.txt': '1' });
    const query = `query($n: Int!) { repository(owner: "myorg", name: "infrastructure") {
      pullRequest(number: $n) { state headRefOid commits(last: 1) { nodes { commit {
        oid status { contexts { context state description } } } } } } } }`;
    const ask = async (n: number) => {
      const response = await fetch(`${github.url}/api/graphql`, {
        method: 'POST',
        headers: {
          authorization: 'bearer sandbox-github-token',
          'content-type': 'application/json',
        },
        body: JSON.stringify({ query, variables: { n } }),
      });
      return response.json();
    };
    const node = (status: unknown) => ({
      repository: {
        pullRequest: {
          state: 'OPEN',
          headRefOid: sha,
          commits: { nodes: [{ commit: { oid: sha, status } }] },
        },
      },
    });
    expect((await ask(number)).data).toEqual(node(null));
    for (const state of ['pending', 'success']) {
      await github.call('POST', `${REPOSITORY}/statuses/${sha}`, {
        state,
        context: 'check',
        description: 'Fine',
      });
    }
    expect((await ask(number)).data).toEqual(
      node({
        contexts: [{ context: 'check', state: 'SUCCESS', description: 'Fine' }],
      }),
    );
    expect(await ask(99_999)).toMatchObject({
      data: { repository: { pullRequest: null } },
      errors: [{ type: 'NOT_FOUND', path: ['repository', 'pullRequest'] }],
    });
  });

  it('serves the stock action’s pull requests, and updates them', async () => {
    const octokit = new (Octokit.plugin(createPullRequest))({
      auth: 'sandbox-github-token',
      baseUrl: `${github.url}/api/v3`,
      throttle: { enabled: false },
    });
    const options = {
      owner: 'myorg',
      repo: 'infrastructure',
      title: 'Stock',
      body: 'by the stock action',
      head: 'stock-branch',
      changes: [
        {
          commit: 'Stock',
          files: {
            'stock.txt': {
              content: Buffer.from('stock').toString('base64'),
              encoding: 'base64' as const,
              mode: '100644' as const,
            },
          },
        },
      ],
    };
    const first = await octokit.createPullRequest(options);
    await expect(octokit.createPullRequest(options)).rejects.toThrow(
      `Pull request already exists: ${first!.data.html_url}`,
    );
    const updated = await octokit.createPullRequest({
      ...options,
      title: 'Stock, once more',
      update: true,
    });
    expect(updated!.data.number).toBe(first!.data.number);
    expect(updated!.data.title).toBe('Stock, once more');
  });

  it('sends signed webhooks', async () => {
    const received: { headers: Record<string, unknown>; body: string }[] = [];
    const receiver = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) {
        body += chunk;
      }
      received.push({ headers: request.headers, body });
      response.end();
    });
    await new Promise<void>(done => receiver.listen(0, '127.0.0.1', done));
    const { port } = receiver.address() as AddressInfo;
    github.webhooks.configure([
      {
        url: `http://127.0.0.1:${port}`,
        secret: 'key',
        events: ['pull_request'],
      },
    ]);
    const { number } = await openPull({ 'hook.txt': 'h' });
    await github.call('POST', `${REPOSITORY}/issues/${number}/comments`, {
      body: 'not asked for',
    });
    await github.webhooks.idle();
    github.webhooks.configure([]);
    await new Promise(done => receiver.close(done));

    expect(received).toHaveLength(1);
    const [{ headers, body }] = received;
    const signature = createHmac('sha256', 'key').update(body).digest('hex');
    expect(headers).toMatchObject({
      'x-github-event': 'pull_request',
      'x-github-delivery': expect.stringMatching(/^[0-9a-f-]{36}$/),
      'x-hub-signature-256': `sha256=${signature}`,
    });
    expect(JSON.parse(body)).toMatchObject({ action: 'opened', number });
  });

  it('shows a pull request’s page, and its form merges it', async () => {
    const { number, pull } = await openPull({ 'page.txt': '<script>\n' });
    const page = await (await fetch(pull.html_url)).text();
    expect(page).toContain('+&#60;script&#62;');
    expect(page).toContain('Merge pull request');
    const foreign = await fetch(`${pull.html_url}/merge`, {
      method: 'POST',
      headers: { origin: 'http://elsewhere.example' },
    });
    expect(foreign.status).toBe(403);
    await fetch(`${pull.html_url}/merge`, { method: 'POST' });
    const after = await github.call('GET', `${REPOSITORY}/pulls/${number}`);
    expect(after.body.merged).toBe(true);
    const root = await fetch(`${github.url}/myorg/infrastructure`);
    expect(await root.text()).toContain('page.txt');
  });

  it('accepts a push with a token and follows it, and none without', async () => {
    const { branch, number } = await openPull({ 'push.txt': '1' });
    const directory = mkdtempSync(join(tmpdir(), 'sandbox-push-'));
    const git = async (...args: string[]) => {
      const env = { ...process.env, GIT_TERMINAL_PROMPT: '0' };
      const { stdout } = await run('git', args, { cwd: directory, env });
      return stdout.trim();
    };
    try {
      const { host } = new URL(github.url);
      const address = `${host}/myorg/infrastructure.git`;
      await git('clone', '--quiet', '-b', branch, `http://${address}`, '.');
      const author = ['-c', 'user.name=n', '-c', 'user.email=e'];
      await git(...author, 'commit', '--allow-empty', '-qm', 'more');
      await expect(git('push', '-q', 'origin', branch)).rejects.toThrow(
        /could not read Username|Authentication/,
      );
      const withToken = `http://bot:sandbox-github-token@${address}`;
      await git('push', '-q', withToken, branch);
      const { body } = await github.call(
        'GET',
        `${REPOSITORY}/pulls/${number}`,
      );
      expect(body.head.sha).toBe(await git('rev-parse', 'HEAD'));
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
