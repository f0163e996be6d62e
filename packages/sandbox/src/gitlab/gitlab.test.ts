import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import { createHmac } from 'node:crypto';
import { createServer, IncomingHttpHeaders } from 'node:http';
import { AddressInfo } from 'node:net';
import { runGit } from '../git/process';
import { startTestGitLab, TestGitLab } from '../__testUtils__/gitlab';
import { GITLAB_CREDENTIALS } from '.';
import schemas from './__fixtures__/schemas.json';

// Real git takes its time on a busy machine.
jest.setTimeout(30_000);

const INFRASTRUCTURE = '/projects/myorg%2Finfrastructure';

describe('the stand-in of GitLab', () => {
  let gitlab: TestGitLab;

  beforeAll(async () => {
    gitlab = await startTestGitLab();
  });
  afterAll(async () => {
    await gitlab?.stop();
  });
  beforeEach(() => {
    gitlab.faults.clear();
    gitlab.stopClock(false);
  });

  async function openRequest(branch: string) {
    const commit = await gitlab.call(
      'POST',
      `${INFRASTRUCTURE}/repository/commits`,
      {
        branch,
        start_branch: 'main',
        commit_message: `Add ${branch}`,
        actions: [
          { action: 'create', file_path: `${branch}/a.txt`, content: 'a' },
        ],
      },
    );
    expect(commit.status).toBe(201);
    const request = await gitlab.call(
      'POST',
      `${INFRASTRUCTURE}/merge_requests`,
      { title: `Add ${branch}`, source_branch: branch, target_branch: 'main' },
    );
    expect(request.status).toBe(201);
    return { sha: commit.body.id as string, iid: request.body.iid as number };
  }

  async function prepared(iid: number) {
    for (;;) {
      const path = `${INFRASTRUCTURE}/merge_requests/${iid}`;
      const { body } = await gitlab.call('GET', path);
      if (body.prepared_at !== null) {
        return body;
      }
    }
  }

  it('knows who asks, and refuses who may not', async () => {
    expect((await gitlab.call('GET', '/user')).body).toMatchObject({
      username: 'self-service-bot',
    });
    const nobody = await gitlab.call('GET', '/user', undefined, 'guess');
    expect(nobody).toMatchObject({
      status: 401,
      body: { message: '401 Unauthorized' },
    });
    const reader = await gitlab.call(
      'POST',
      `${INFRASTRUCTURE}/repository/branches?branch=x&ref=main`,
      {},
      GITLAB_CREDENTIALS.readOnlyToken,
    );
    expect(reader).toMatchObject({
      status: 403,
      body: { error: 'insufficient_scope', scope: 'api' },
    });
  });

  it('gives pages of a list, with what follows in the headers', async () => {
    const { headers, body } = await gitlab.call(
      'GET',
      `${INFRASTRUCTURE}/repository/tree?recursive=true&per_page=3&page=2`,
    );
    expect(body).toHaveLength(3);
    expect(headers.get('x-next-page')).toBe('3');
    expect(headers.get('link')).toContain('rel="next"');
    expect(headers.get('ratelimit-remaining')).toMatch(/^\d+$/);
  });

  it('refuses what exceeds the limit of a minute', async () => {
    const limited = await startTestGitLab({ enforcesLimits: true });
    const ask = () => limited.call('GET', '/user');
    const answers = await Promise.all([...Array(2_000)].map(ask));
    expect(new Set(answers.map(({ status }) => status))).toEqual(
      new Set([200]),
    );
    const response = await fetch(`${limited.url}/api/v4/user`, {
      headers: { 'private-token': 'sandbox-gitlab-token' },
    });
    expect([response.status, await response.text()]).toEqual([
      429,
      'Retry later\n',
    ]);
    expect(Number(response.headers.get('retry-after'))).toBeLessThan(61);
    expect(response.headers.get('ratelimit-remaining')).toBe('0');
    await limited.stop();
  });

  it('commits all actions or none', async () => {
    const commits = `${INFRASTRUCTURE}/repository/commits`;
    const commit = (branch: string, actions: object[], rest = {}) =>
      gitlab.call('POST', commits, {
        branch,
        commit_message: 'Change',
        actions,
        ...rest,
      });
    const create = (path: string) => ({
      action: 'create',
      file_path: path,
      content: Buffer.from('#!/bin/sh').toString('base64'),
      encoding: 'base64',
    });
    const start = { start_branch: 'main' };
    const made = await commit(
      'atomic',
      [
        create('bin/café.sh'),
        { action: 'chmod', file_path: 'bin/café.sh', execute_filemode: true },
      ],
      start,
    );
    expect(made.status).toBe(201);
    const file = await gitlab.call(
      'GET',
      `${INFRASTRUCTURE}/repository/files/bin%2Fcaf%C3%A9.sh?ref=atomic`,
    );
    expect(file.body).toMatchObject({ execute_filemode: true, size: 9 });

    const refused = [
      await commit('atomic', [create('new'), create('bin/café.sh')]),
      await commit('atomic', [{ action: 'delete', file_path: 'none' }]),
      await commit('atomic', [create('new')], start),
      await commit('no-branch', [create('new')]),
      await commit('atomic', [create('../new')]),
      await commit('atomic', [
        { ...create('bin/café.sh'), action: 'update', last_commit_id: 'old' },
      ]),
    ];
    expect(refused.map(({ status, body }) => [status, body.message])).toEqual([
      [400, 'A file with this name already exists'],
      [400, "A file with this name doesn't exist"],
      [400, expect.stringMatching(/^A branch called 'atomic' already exists/)],
      [400, expect.stringContaining('when you are on a branch')],
      [400, 'invalid path'],
      [400, 'The file has changed since you started editing it: bin/café.sh'],
    ]);
    const branch = await gitlab.call(
      'GET',
      `${INFRASTRUCTURE}/repository/branches/atomic`,
    );
    expect(branch.body.commit.id).toBe(made.body.id);
  });

  it('opens one merge request a branch, prepares it, and merges one head', async () => {
    gitlab.stopClock(true);
    const { iid, sha } = await openRequest('merged');
    const path = `${INFRASTRUCTURE}/merge_requests`;
    const again = await gitlab.call('POST', path, {
      title: 'Again',
      source_branch: 'merged',
      target_branch: 'main',
    });
    expect(again).toMatchObject({
      status: 409,
      body: { message: [expect.stringContaining(`!${iid}`)] },
    });
    const merge = (body: object) =>
      gitlab.call('PUT', `${path}/${iid}/merge`, body);
    expect((await merge({ sha })).status).toBe(405);
    gitlab.stopClock(false);
    await prepared(iid);
    expect(await merge({ sha: '0'.repeat(40) })).toMatchObject({ status: 409 });
    const merged = await merge({ sha });
    expect(merged.body).toMatchObject({
      state: 'merged',
      merge_commit_sha: expect.stringMatching(/^[0-9a-f]{40}$/),
    });
    expect((await merge({ sha })).status).toBe(405);
  });

  it('changes a report while it is not over, and keeps those that are', async () => {
    const { sha } = await openRequest('reported');
    const report = async (state: string) =>
      (
        await gitlab.call('POST', `${INFRASTRUCTURE}/statuses/${sha}`, {
          state,
          name: 'check',
        })
      ).status;
    expect(await report('pending')).toBe(201);
    expect(await report('pending')).toBe(400);
    expect(await report('failed')).toBe(201);
    expect(await report('success')).toBe(201);
    const list = async (query = '') =>
      (
        await gitlab.call(
          'GET',
          `${INFRASTRUCTURE}/repository/commits/${sha}/statuses${query}`,
        )
      ).body.map(({ status }: { status: string }) => status);
    expect(await list()).toEqual(['success']);
    expect(await list('?all=true')).toEqual(['failed', 'success']);
  });

  it('creates projects by and by, and deletes them in two steps', async () => {
    const group = await gitlab.call('GET', '/namespaces/myorg%2Fplatform');
    const input = { name: 'orders', namespace_id: group.body.id };
    const created = await gitlab.call('POST', '/projects', input);
    expect(created).toMatchObject({
      status: 201,
      body: { path_with_namespace: 'myorg/platform/orders', empty_repo: true },
    });
    const path = `/projects/myorg%2Fplatform%2Forders`;
    const branches = `${path}/repository/branches`;
    expect((await gitlab.call('GET', branches)).status).toBe(404);
    await gitlab.standIn.idle();
    expect((await gitlab.call('GET', branches)).body).toEqual([]);
    expect(await gitlab.call('POST', '/projects', input)).toMatchObject({
      status: 400,
      body: { message: { path: ['has already been taken'] } },
    });

    const own = `/projects/${created.body.id}`;
    const remove = (query = '') => gitlab.call('DELETE', `${own}${query}`);
    expect((await remove()).status).toBe(202);
    expect((await gitlab.call('GET', path)).status).toBe(404);
    const marked = (await gitlab.call('GET', own)).body;
    expect(marked.marked_for_deletion_on).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    const wrong =
      '?permanently_remove=true&full_path=myorg%2Fplatform%2Forders';
    expect((await remove(wrong)).status).toBe(400);
    const fullPath = encodeURIComponent(marked.path_with_namespace);
    const right = `?permanently_remove=true&full_path=${fullPath}`;
    expect((await remove(right)).status).toBe(202);
    expect((await gitlab.call('GET', own)).status).toBe(404);
  });

  it('shares a project with groups, for one access level each', async () => {
    const share = async (group_id: unknown, group_access: unknown = 30) => {
      const body = { group_id, group_access };
      return gitlab.call('POST', `${INFRASTRUCTURE}/share`, body);
    };
    const list = async () =>
      (await gitlab.call('GET', INFRASTRUCTURE)).body.shared_with_groups;
    const find = (path: string) => gitlab.call('GET', `/groups/${path}`);
    const { id } = (await find('myorg%2Fpayments')).body;
    const above = (await find('myorg')).body.id;
    expect((await find('none')).status).toBe(404);
    expect((await share(id)).status).toBe(201);
    expect(await list()).toEqual([
      {
        group_id: id,
        group_name: 'payments',
        group_full_path: 'myorg/payments',
        group_access_level: 30,
        expires_at: null,
      },
    ]);
    const refused = [
      await share(id, 40),
      await share(above),
      await share(99999),
      await share(id, 31),
      await share('payments'),
    ];
    expect(refused.map(({ status, body }) => [status, body])).toEqual([
      [409, { message: 'Group already shared with this group' }],
      [409, { message: expect.stringContaining('one of its ancestors') }],
      [404, { message: '404 Not found' }],
      [400, { error: 'group_access does not have a valid value' }],
      [400, { error: 'group_id is invalid' }],
    ]);
    const remove = () => gitlab.call('DELETE', `${INFRASTRUCTURE}/share/${id}`);
    expect((await remove()).status).toBe(204);
    expect(await remove()).toMatchObject({
      status: 404,
      body: { message: '404 Group Link Not Found' },
    });
    expect(await list()).toEqual([]);
  });

  it('names the merge requests that a commit is of', async () => {
    const { iid, sha } = await openRequest('associated');
    const list = async (commit: string) => {
      const path = `${INFRASTRUCTURE}/repository/commits/${commit}/merge_requests`;
      const { status, body } = await gitlab.call('GET', path);
      return status === 200
        ? body.map((item: { iid: number }) => item.iid)
        : [status, body.message];
    };
    const base = `${INFRASTRUCTURE}/repository/branches/main`;
    const { body: main } = await gitlab.call('GET', base);
    expect(await list(sha)).toEqual([iid]);
    expect(await list(main.commit.id)).not.toContain(iid);
    expect(await list('0'.repeat(40))).toEqual([404, '404 Commit Not Found']);
    await prepared(iid);
    const path = `${INFRASTRUCTURE}/merge_requests/${iid}`;
    const { body } = await gitlab.call('PUT', `${path}/merge`, { sha });
    expect(await list(body.merge_commit_sha)).toEqual([iid]);
    expect(await list(sha)).toEqual([iid]);
  });

  it('speaks git over HTTP, and sees what was pushed', async () => {
    const { iid } = await openRequest('pushed');
    const url = `${gitlab.url}/myorg/infrastructure.git`;
    const folder = `${gitlab.directory}/clone`;
    await runGit(['clone', '-q', '-b', 'pushed', url, folder]);
    const git = (...args: string[]) => runGit(['-C', folder, ...args]);
    const author = ['-c', 'user.name=Dana', '-c', 'user.email=d@example.com'];
    await git(...author, 'commit', '-q', '--allow-empty', '-m', 'More');
    await expect(git('push', '-q')).rejects.toThrow();
    const { host } = new URL(url);
    const token = GITLAB_CREDENTIALS.token;
    const pushUrl = `http://oauth2:${token}@${host}/myorg/infrastructure.git`;
    await git('push', '-q', pushUrl, 'pushed');
    const head = (await git('rev-parse', 'HEAD')).toString().trim();
    const path = `${INFRASTRUCTURE}/merge_requests/${iid}`;
    expect((await gitlab.call('GET', path)).body.sha).toBe(head);
  });

  it('tells hooks what happens, with both signatures', async () => {
    const deliveries: { headers: IncomingHttpHeaders; body: string }[] = [];
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', chunk => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        deliveries.push({ headers: request.headers, body });
        response.end();
      });
    });
    await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    const key = Buffer.alloc(32, 7);
    const hook = await gitlab.call('POST', `${INFRASTRUCTURE}/hooks`, {
      url: `http://127.0.0.1:${port}/`,
      token: 'hook-token',
      signing_token: `whsec_${key.toString('base64')}`,
      merge_requests_events: true,
      pipeline_events: true,
      note_events: true,
    });
    expect(JSON.stringify(hook.body)).not.toMatch(/hook-token|whsec_/);

    const { iid, sha } = await openRequest('told');
    await gitlab.call('POST', `${INFRASTRUCTURE}/statuses/${sha}`, {
      state: 'success',
    });
    const path = `${INFRASTRUCTURE}/merge_requests/${iid}`;
    await gitlab.call('POST', `${path}/notes`, { body: 'Hello' });
    await prepared(iid);
    await gitlab.call('PUT', `${path}/merge`, { sha });
    await gitlab.standIn.idle();
    await gitlab.call('DELETE', `${INFRASTRUCTURE}/hooks/${hook.body.id}`);
    server.close();

    expect(
      deliveries.map(({ headers }) => headers['x-gitlab-event']).sort(),
    ).toEqual([
      'Merge Request Hook',
      'Merge Request Hook',
      'Note Hook',
      'Pipeline Hook',
      'Push Hook',
      'Push Hook',
    ]);
    for (const { headers, body } of deliveries) {
      expect(headers['x-gitlab-token']).toBe('hook-token');
      const { 'webhook-id': id, 'webhook-timestamp': time } = headers;
      const signature = createHmac('sha256', key)
        .update(`${id}.${time}.${body}`)
        .digest('base64');
      expect(headers['webhook-signature']).toBe(`v1,${signature}`);
    }
    const merge = deliveries
      .map(({ body }) => JSON.parse(body))
      .find(payload => payload.object_attributes?.action === 'merge');
    expect(merge.object_attributes.last_commit.id).toBe(sha);
  });

  it("fails GitLab's way", async () => {
    const fail = async (kind: 'rate-limit' | 'status', status?: number) => {
      gitlab.faults.add({ service: 'gitlab', kind, status, times: 1 });
      const response = await fetch(`${gitlab.url}/api/v4/user`, {
        headers: { 'private-token': GITLAB_CREDENTIALS.token },
      });
      return { response, text: await response.text() };
    };
    const limited = await fail('rate-limit');
    expect(limited.response.status).toBe(429);
    expect(limited.response.headers.get('retry-after')).toBe('1');
    expect(limited.text).toBe('Retry later\n');
    expect((await fail('status')).text).toContain('500 Internal Server Error');
    expect((await fail('status', 502)).text).toContain('not responding');
  });

  it("answers as GitLab's own schemas describe", async () => {
    const ajv = new Ajv({ strict: false, allErrors: true });
    addFormats(ajv);
    ajv.addSchema(schemas, 'gitlab');
    const problemsOf = (name: string, body: unknown) => {
      const validate = ajv.getSchema(`gitlab#/$defs/${name}`)!;
      const item = Array.isArray(body) ? body[0] : body;
      return validate(item) ? [] : [name, item, validate.errors];
    };
    const { iid, sha } = await openRequest('described');
    const request = `${INFRASTRUCTURE}/merge_requests/${iid}`;
    const merge = { sha, should_remove_source_branch: true };
    await prepared(iid);
    const payments = '/groups/myorg%2Fpayments';
    const group = (await gitlab.call('GET', payments)).body.id;
    const shared = { group_id: group, group_access: 20 };
    const calls: [string, string, string, object?][] = [
      ['group', 'GET', payments],
      ['groupLink', 'POST', `${INFRASTRUCTURE}/share`, shared],
      ['sharedProject', 'GET', INFRASTRUCTURE],
      ['user', 'GET', '/user'],
      ['project', 'GET', INFRASTRUCTURE],
      ['project', 'GET', '/projects'],
      ['branch', 'GET', `${INFRASTRUCTURE}/repository/branches/described`],
      ['branch', 'GET', `${INFRASTRUCTURE}/repository/branches`],
      ['commit', 'GET', `${INFRASTRUCTURE}/repository/commits`],
      [
        'mergeRequest',
        'GET',
        `${INFRASTRUCTURE}/repository/commits/${sha}/merge_requests`,
      ],
      ['commitDetail', 'GET', `${INFRASTRUCTURE}/repository/commits/${sha}`],
      ['mergeRequest', 'GET', request],
      ['mergeRequest', 'GET', `${INFRASTRUCTURE}/merge_requests?iids[]=${iid}`],
      ['mergeRequest', 'PUT', request, { title: 'Another title' }],
      ['note', 'POST', `${request}/notes`, { body: 'Hello' }],
      ['note', 'GET', `${request}/notes`],
      [
        'hook',
        'POST',
        `${INFRASTRUCTURE}/hooks`,
        { url: 'http://127.0.0.1:1' },
      ],
      ['mergeRequest', 'PUT', `${request}/merge`, merge],
      ['mergeRequest', 'GET', request],
    ];
    for (const [name, method, path, body] of calls) {
      const answer = await gitlab.call(method, path, body);
      expect(answer.status).toBeLessThan(300);
      expect(answer.body).not.toEqual([]);
      expect(problemsOf(name, answer.body)).toEqual([]);
    }
    await gitlab.call('POST', `${INFRASTRUCTURE}/statuses/${sha}`, {
      state: 'running',
    });
    const { body } = await gitlab.call('GET', request);
    expect(problemsOf('pipeline', body.head_pipeline)).toEqual([]);
  });

  it('shows what is there as pages', async () => {
    const { iid } = await openRequest('shown');
    const read = async (path: string) =>
      (await fetch(`${gitlab.url}${path}`)).text();
    expect(await read('/')).toContain('myorg/infrastructure');
    expect(await read('/myorg/infrastructure')).toContain('Add shown');
    expect(
      await read(`/myorg/infrastructure/-/merge_requests/${iid}`),
    ).toContain('shown/a.txt');
    expect(await read('/myorg/infrastructure/-/blob/main/README.md')).toContain(
      'Infrastructure of myorg',
    );
  });

  it('keeps everything over a restart, and forgets it by a reset', async () => {
    const { iid } = await openRequest('kept');
    await gitlab.restart();
    const path = `${INFRASTRUCTURE}/merge_requests/${iid}`;
    expect((await gitlab.call('GET', path)).body.title).toBe('Add kept');
    await gitlab.standIn.reset();
    expect((await gitlab.call('GET', path)).status).toBe(404);
    const inventory = JSON.stringify(await gitlab.standIn.inventory());
    expect(JSON.parse(inventory).projects).toEqual([
      {
        name: 'myorg/infrastructure',
        archived: false,
        markedForDeletion: false,
        branches: ['main'],
        sharedWith: {},
        mergeRequests: [],
      },
      expect.objectContaining({ name: 'myorg/service-template' }),
    ]);
  });
});
