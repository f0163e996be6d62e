const repository = 'myorg/infrastructure';

/** Addresses of the outside systems, without a slash at the end. */
export interface OutsideUrls {
  github: string;
  terraform: string;
  vault: string;
}

interface Answer {
  [key: string]: any;
}

function caller(base: string, headers: Record<string, string>) {
  return async (method: string, path: string, body?: object) => {
    const response = await fetch(`${base}${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      body: body && JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) {
      throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    }
    return (text ? JSON.parse(text) : {}) as Answer;
  };
}

type Call = ReturnType<typeof caller>;

/** Pushes the module call to a branch and opens a pull request. */
async function propose(github: Call, name: string) {
  const { object } = await github('GET', '/git/ref/heads/main');
  const { tree: base } = await github('GET', `/git/commits/${object.sha}`);
  const tree = await github('POST', '/git/trees', {
    base_tree: base.sha,
    tree: [
      {
        path: `databases/${name}/main.tf`,
        mode: '100644',
        type: 'blob',
        content: `module "database" {\n  source      = "../../modules/postgresql"\n  name        = "${name}"\n  environment = "dev"\n  size        = "small"\n}\n`,
      },
    ],
  });
  const commit = await github('POST', '/git/commits', {
    message: `Add ${name}`,
    tree: tree.sha,
    parents: [object.sha],
  });
  await github('POST', '/git/refs', {
    ref: `refs/heads/db-${name}`,
    sha: commit.sha,
  });
  const { number } = await github('POST', '/pulls', {
    title: `Add ${name}`,
    head: `db-${name}`,
    base: 'main',
  });
  return { head: commit.sha as string, number: number as number };
}

async function waitForStatus(github: Call, head: string, context: string) {
  const end = performance.now() + 60_000;
  while (performance.now() < end) {
    const { statuses } = await github('GET', `/commits/${head}/status`);
    if (
      statuses.some(
        (status: Answer) =>
          status.context === context && status.state === 'success',
      )
    ) {
      return;
    }
    await new Promise(done => {
      setTimeout(done, 25);
    });
  }
  throw new Error(`${context} did not succeed within a minute`);
}

/**
 * The least that can be done for a database: the same calls to the outside
 * systems, one after the other, without a portal, policy or record.
 *
 * @param urls - of the sandbox
 * @param name - of the database
 * @returns seconds
 */
export async function provisionByScript(
  urls: OutsideUrls,
  name: string,
): Promise<number> {
  const github = caller(`${urls.github}/api/v3/repos/${repository}`, {
    authorization: 'Bearer sandbox-github-token',
  });
  const vault = caller(urls.vault, { 'x-vault-token': 'sandbox-root-token' });
  const states = caller(urls.terraform, {
    authorization: `Basic ${btoa('sandbox:sandbox-state-password')}`,
  });
  const started = performance.now();
  const { head, number } = await propose(github, name);
  await waitForStatus(github, head, 'atlantis/plan');
  await github('POST', `/issues/${number}/comments`, {
    body: 'atlantis apply',
  });
  await waitForStatus(github, head, 'atlantis/apply');
  const state = await states('GET', `/state/${repository}/databases/${name}`);
  await vault('POST', `/v1/secret/data/databases/${name}`, {
    options: { cas: 0 },
    data: Object.fromEntries(
      Object.entries(state.outputs as Answer).map(([key, { value }]) => [
        key,
        value,
      ]),
    ),
  });
  return (performance.now() - started) / 1000;
}
