import { Browser } from 'playwright-core';
import { launchBrowser } from './browser';
import { clearFaults, setFault } from './faults';
import { Portal } from './Portal';
import { eventually, taskStatus, waitForCompletion } from './runs';
import { sharedStack } from './sharedStack';

const PEOPLE = ['Leo', 'Sara', 'Chloe'];

const stack = sharedStack();
let browser: Browser;
let freeze: string | undefined;

beforeAll(async () => {
  browser = await launchBrowser();
}, 240_000);

afterAll(async () => {
  await browser?.close();
  if (freeze) {
    await post('chloe', `/api/approvals/freezes/${freeze}/end`, {});
  }
}, 60_000);

function post(person: string, path: string, body: object) {
  return stack.request<{ id: string }>(person, path, {
    method: 'POST',
    body: JSON.stringify(body),
  });
}

function startRemoval(environment: string) {
  return eventually('the run starts', () =>
    post('dana', '/api/scaffolder/v2/tasks', {
      templateRef: 'template:default/database-removal',
      values: { name: 'orders', environment },
    }),
  );
}

it('lets only change management make a freeze', async () => {
  const hour = 3_600_000;
  const period = {
    from: new Date(Date.now() - hour).toISOString(),
    to: new Date(Date.now() + hour).toISOString(),
    environments: ['production'],
    reason: 'Year-end change freeze',
  };
  await expect(post('dana', '/api/approvals/freezes', period)).rejects.toThrow(
    /403|NotAllowed/,
  );
  ({ id: freeze } = await post('chloe', '/api/approvals/freezes', period));
});

it('passes a production deletion in a freeze through three different people', async () => {
  const { id: taskId } = await startRemoval('production');
  for (const [voted, person] of PEOPLE.entries()) {
    const portal = await Portal.signIn(browser, stack, person);
    await portal.openWaitingRequest('orders');
    await portal.picture(`freeze-${person.toLowerCase()}`);
    if (voted === 0) {
      await portal.page.getByText('Year-end change freeze').first().waitFor();
    }
    expect(await taskStatus(stack, taskId)).not.toBe('completed');
    await portal.vote('Approve');
    await portal.close();
  }
  await waitForCompletion(stack, taskId);
  const { requests } = await stack.request(
    'dana',
    `/api/approvals/runs/${taskId}`,
  );
  const voters = requests[0].stages.flatMap(
    ({ kind, votes }: { kind: string; votes: { voter: string }[] }) =>
      votes.map(({ voter }) => [kind, voter]),
  );
  expect(voters).toEqual([
    ['team-lead', 'user:default/leo'],
    ['security', 'user:default/sara'],
    ['freeze', 'user:default/chloe'],
  ]);
}, 240_000);

it('asks security alone outside the freeze, since a deletion is a high risk anywhere', async () => {
  const { id: taskId } = await startRemoval('dev');
  const kinds = await eventually('the request is there', async () => {
    const { requests } = await stack.request(
      'dana',
      `/api/approvals/runs/${taskId}`,
    );
    return requests[0]?.stages.map(({ kind }: { kind: string }) => kind);
  });
  expect(kinds).toEqual(['security']);
});

describe('the Providers page', () => {
  afterEach(() => clearFaults(stack));

  /** Its entry in the navigation; its title is a link of this name too. */
  const entryFor = ({ page }: Portal) =>
    page
      .getByRole('navigation', { name: 'sidebar nav' })
      .getByRole('link', { name: 'Providers' });

  it('shows the platform team a provider that is down, and that it is well again', async () => {
    const petra = await Portal.signIn(browser, stack, 'Petra');
    const { page } = petra;
    await entryFor(petra).click();
    const vault = page
      .getByRole('region', { name: 'Secrets' })
      .getByRole('article');
    const check = vault.getByRole('button', { name: /^Check now/ });
    await setFault(stack, { service: 'vault', kind: 'status', status: 503 });
    await check.click();
    await vault.getByText('Degraded', { exact: true }).waitFor();
    expect(await vault.innerText()).toContain('What to do');
    await petra.picture('providers-degraded');

    await clearFaults(stack);
    await check.click();
    await vault.getByText('OK', { exact: true }).waitFor();
    await petra.close();
  });

  it('is for nobody else', async () => {
    const dana = await Portal.signIn(browser, stack, 'Dana');
    await dana.open('/providers');
    await dana.page.getByText(/Ask the platform team/).waitFor();
    expect(await dana.page.getByRole('article').count()).toBe(0);
    // Looked for last, so that it has had the time to show up.
    expect(await entryFor(dana).count()).toBe(0);
    await dana.close();
  });
});
