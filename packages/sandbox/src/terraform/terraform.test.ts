import { Client } from 'pg';
import { shapeProblems } from '../__testUtils__/answers';
import {
  databaseFile,
  startTestSandbox,
  TestSandbox,
} from '../__testUtils__/sandbox';

jest.setTimeout(30_000);

const REPOSITORY = '/repos/myorg/infrastructure';

describe('the Terraform runner', () => {
  let test: TestSandbox;

  beforeAll(async () => {
    test = await startTestSandbox();
  });

  afterAll(async () => {
    await test.stop();
  });

  const authorization = `Basic ${Buffer.from(
    'sandbox:sandbox-state-password',
  ).toString('base64')}`;

  const state = (method: string, project: string, body?: object, id?: string) =>
    fetch(
      `${test.sandbox.urls.terraformState}/${project}${id ? `?ID=${id}` : ''}`,
      {
        method,
        headers: { authorization, 'content-type': 'application/json' },
        ...(body ? { body: JSON.stringify(body) } : {}),
      },
    );

  const outputs = async (name: string) =>
    (
      await (
        await state('GET', `myorg/infrastructure/databases/${name}`)
      ).json()
    ).outputs;

  const planned = async (
    branch: string,
    files: Record<string, string | undefined>,
  ) => {
    const pull = await test.github.openPull(branch, files);
    await test.sandbox.idle();
    return pull;
  };

  const apply = async (number: number) => {
    await test.github.comment(number, 'atlantis apply');
    await test.sandbox.idle();
  };

  const canLogIn = async (connectionString: string) => {
    const client = new Client({ connectionString });
    await client.connect();
    try {
      const { rows } = await client.query(
        'SELECT current_user AS role, current_database() AS database',
      );
      return rows[0];
    } finally {
      await client.end();
    }
  };

  it('destroys by command what an open pull request has applied', async () => {
    const { number, sha } = await planned('db-short-lived', {
      'databases/short-lived/main.tf': databaseFile('short-lived'),
    });
    const say = async (body: string) => {
      await test.github.comment(number, body);
      await test.sandbox.idle();
    };
    await say('atlantis apply --auto-merge-disabled');
    const pull = await test.github.call('GET', `${REPOSITORY}/pulls/${number}`);
    expect(pull.body.state).toBe('open');
    expect((await test.sandbox.inventory()).databases).toContain('short_lived');
    await say('atlantis plan -- -destroy');
    expect(await test.github.statuses(sha)).toMatchObject({
      'atlantis/plan: databases/short-lived/default':
        'success: Plan: 0 to add, 0 to change, 3 to destroy.',
    });
    await say('atlantis apply --auto-merge-disabled');
    expect((await test.sandbox.inventory()).databases).not.toContain(
      'short_lived',
    );
    const after = await test.github.call(
      'GET',
      `${REPOSITORY}/pulls/${number}`,
    );
    expect(after.body).toMatchObject({ state: 'open', merged: false });
  });

  it('plans, applies, merges, and destroys what a later change removes', async () => {
    const { number, sha } = await planned('db-my-orders', {
      'databases/my-orders/main.tf': databaseFile('my-orders'),
    });
    expect(await test.github.statuses(sha)).toEqual({
      'atlantis/plan': 'success: 1/1 projects planned successfully.',
      'atlantis/plan: databases/my-orders/default':
        'success: Plan: 3 to add, 0 to change, 0 to destroy.',
    });
    const before = await state(
      'GET',
      'myorg/infrastructure/databases/my-orders',
    );
    expect(before.status).toBe(404);

    await apply(number);
    expect(await test.github.statuses(sha)).toMatchObject({
      'atlantis/apply': 'success: 1/1 projects applied successfully.',
      'atlantis/apply: databases/my-orders/default':
        'success: Apply complete! Resources: 3 added, 0 changed, 0 destroyed.',
    });
    const pull = await test.github.call('GET', `${REPOSITORY}/pulls/${number}`);
    expect(pull.body.merged).toBe(true);

    const document = await state(
      'GET',
      'myorg/infrastructure/databases/my-orders',
    );
    expect(shapeProblems('terraformState', await document.json())).toEqual([]);
    const { url, password, host, port, username } = await outputs('my-orders');
    expect([password.sensitive, url.sensitive, host.sensitive]).toEqual([
      true,
      true,
      undefined,
    ]);
    expect(await canLogIn(url.value)).toEqual({
      role: 'my_orders_owner',
      database: 'my_orders',
    });
    expect({ host: host.value, port: port.value }).toEqual(
      test.sandbox.postgres,
    );
    await expect(
      canLogIn(
        `postgresql://${username.value}:wrong@localhost:${port.value}/my_orders`,
      ),
    ).rejects.toThrow(/authentication failed/);

    const resize = await planned('resize-my-orders', {
      'databases/my-orders/main.tf': databaseFile('my-orders', {
        size: 'large',
      }),
    });
    expect(await test.github.statuses(resize.sha)).toMatchObject({
      'atlantis/plan: databases/my-orders/default':
        'success: Plan: 0 to add, 1 to change, 0 to destroy.',
    });
    await apply(resize.number);
    expect((await outputs('my-orders')).password.value).toBe(password.value);

    const removal = await planned('remove-my-orders', {
      'databases/my-orders/main.tf': '# Nothing any more\n',
    });
    expect(await test.github.statuses(removal.sha)).toMatchObject({
      'atlantis/plan: databases/my-orders/default':
        'success: Plan: 0 to add, 0 to change, 3 to destroy.',
    });
    await apply(removal.number);
    const { databases, roles } = await test.sandbox.inventory();
    expect(databases).not.toContain('my_orders');
    expect(roles).not.toContain('my_orders_owner');
    expect(await outputs('my-orders')).toEqual({});
  });

  it('plans nothing in a directory that is gone, and leaves what it made', async () => {
    const { number } = await planned('db-gone', {
      'databases/gone/main.tf': databaseFile('gone'),
    });
    await apply(number);
    const { sha } = await planned('remove-gone', {
      'databases/gone/main.tf': undefined,
    });
    expect(await test.github.statuses(sha)).toEqual({
      'atlantis/plan': 'success: 0/0 projects planned successfully.',
      'atlantis/apply': 'success: 0/0 projects applied successfully.',
    });
    const { databases } = await test.sandbox.inventory();
    expect(databases).toContain('gone');
  });

  it('keeps sensitive values out of pages, comments and statuses', async () => {
    const { number, sha } = await planned('db-quiet', {
      'databases/quiet/main.tf': databaseFile('quiet'),
    });
    await apply(number);
    const { password } = await outputs('quiet');
    const { terraform, github } = test.sandbox.urls;
    const path = `myorg/infrastructure/${number}/${sha}/databases/quiet`;
    const texts = await Promise.all([
      ...[`${terraform}/plan/${path}`, `${terraform}/apply/${path}`].map(
        async url => (await fetch(url)).text(),
      ),
      fetch(`${github}/myorg/infrastructure/pull/${number}`).then(page =>
        page.text(),
      ),
      test.github.comments(number).then(comments => comments.join()),
      test.github.statuses(sha).then(statuses => JSON.stringify(statuses)),
      test.sandbox.inventory().then(inventory => JSON.stringify(inventory)),
    ]);
    expect(texts[0]).toContain('(sensitive value)');
    expect(texts[1]).toContain('Apply complete!');
    for (const text of texts) {
      expect(text).not.toContain(password.value);
    }
  });

  it('reports a configuration that it does not understand', async () => {
    const { number, sha } = await planned('db-broken', {
      'databases/broken/main.tf': 'resource "x" "y" {\n}\n',
    });
    expect(await test.github.statuses(sha)).toMatchObject({
      'atlantis/plan': 'failure: 0/1 projects planned successfully.',
    });
    await apply(number);
    expect(await test.github.comments(number)).toContain(
      'Ran Apply for 0 projects:',
    );
    expect(await test.github.statuses(sha)).not.toHaveProperty([
      'atlantis/apply',
    ]);
  });

  it('reports success on a pull request without projects', async () => {
    const { sha } = await planned('docs', { 'docs.md': 'x' });
    expect(await test.github.statuses(sha)).toEqual({
      'atlantis/plan': 'success: 0/0 projects planned successfully.',
      'atlantis/apply': 'success: 0/0 projects applied successfully.',
    });
  });

  it('refuses to apply while a new head is being planned', async () => {
    const { number, sha } = await planned('db-moving', {
      'databases/moving/main.tf': databaseFile('moving'),
    });
    const latest = await test.github.call(
      'GET',
      `${REPOSITORY}/git/commits/${sha}`,
    );
    test.sandbox.setDelays({ planMs: 1_000 });
    const next = await test.github.call('POST', `${REPOSITORY}/git/commits`, {
      message: 'Move',
      tree: latest.body.tree.sha,
      parents: [sha],
    });
    await test.github.call('PATCH', `${REPOSITORY}/git/refs/heads/db-moving`, {
      sha: next.body.sha,
    });
    // the new head is being planned: locked, as the old plan no longer counts
    const pending = async () =>
      (await test.github.statuses(next.body.sha))['atlantis/plan'];
    while ((await pending()) === undefined) {
      // the runner sets this status within a few milliseconds
    }
    test.sandbox.setDelays({ planMs: 0 });
    await test.github.comment(number, 'atlantis apply');
    const locked = async () =>
      (await test.github.comments(number)).some(body =>
        body.includes('locked'),
      );
    while (!(await locked())) {
      // likewise
    }
    expect((await test.sandbox.inventory()).databases).not.toContain('moving');
  });

  it('fails an apply whose name another project has', async () => {
    const first = await planned('db-taken', {
      'databases/taken/main.tf': databaseFile('taken'),
    });
    await apply(first.number);
    const second = await planned('db-taken-again', {
      'databases/other/main.tf': databaseFile('taken'),
    });
    await apply(second.number);
    expect(await test.github.statuses(second.sha)).toMatchObject({
      'atlantis/apply': 'failure: 0/1 projects applied successfully.',
    });
    expect((await test.github.comments(second.number)).join()).toContain(
      'Error: database "taken" already exists',
    );
    const url = (await outputs('taken')).url.value;
    expect(await canLogIn(url)).toMatchObject({ database: 'taken' });
  });

  it('fails where the fault switch says so, and applies on the next try', async () => {
    const { number, sha } = await planned('db-faulty', {
      'databases/faulty/main.tf': databaseFile('faulty'),
    });
    test.sandbox.faults.add({
      service: 'terraform',
      kind: 'status',
      match: { pathPattern: '^/jobs/apply/' },
      times: 1,
    });
    await apply(number);
    expect((await test.github.statuses(sha))['atlantis/apply']).toMatch(
      /^failure/,
    );
    await apply(number);
    expect((await test.github.statuses(sha))['atlantis/apply']).toMatch(
      /^success/,
    );
    await apply(number);
    expect(await test.github.comments(number)).toContain(
      "Atlantis commands can't be run on closed pull requests",
    );
  });

  it('speaks the http backend protocol', async () => {
    const project = 'myorg/other/one';
    const mine = { ID: 'lock-1', Who: 'me' };
    const { terraformState } = test.sandbox.urls;
    expect((await fetch(`${terraformState}/${project}`)).status).toBe(401);
    expect((await state('GET', project)).status).toBe(404);
    expect((await state('LOCK', project, mine)).status).toBe(200);
    const refused = await state('LOCK', project, { ID: 'lock-2' });
    expect([refused.status, await refused.json()]).toEqual([423, mine]);
    const document = { version: 4, serial: 1, outputs: {} };
    expect((await state('POST', project, document, 'lock-2')).status).toBe(423);
    expect((await state('POST', project, document, 'lock-1')).status).toBe(200);
    expect((await state('UNLOCK', project, mine)).status).toBe(200);
    expect(await (await state('GET', project)).json()).toEqual(document);
    expect((await state('DELETE', project)).status).toBe(200);
    expect((await state('GET', project)).status).toBe(404);
  });
});
