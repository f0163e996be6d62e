import { launchBrowser, Portal, startRun, startStack, type Stack } from 'e2e';
import type { Bench } from './lib/bench';
import { provisionByScript } from './lib/provisionByScript';
import { median } from './lib/statistics';

const rootToken = 'sandbox-root-token';

/** Seconds from submitting the form's values to readable credentials. */
async function submitToCredentials(
  stack: Stack,
  name: string,
): Promise<number> {
  const started = performance.now();
  await startRun(stack, 'dana', 'postgresql-database', {
    name,
    environment: 'dev',
  });
  const end = started + 60_000;
  while (performance.now() < end) {
    const { status } = await fetch(
      `${stack.urls.vault}/v1/secret/data/databases/${name}`,
      { headers: { 'x-vault-token': rootToken } },
    );
    if (status === 200) {
      return (performance.now() - started) / 1000;
    }
    await new Promise(done => {
      setTimeout(done, 25);
    });
  }
  throw new Error(`There were no credentials of ${name} after a minute`);
}

/** Clicks and fields from the list of templates to the submitted form. */
async function countActions(stack: Stack): Promise<number> {
  const browser = await launchBrowser();
  try {
    const portal = await Portal.signIn(browser, stack, 'Dana');
    portal.forgetActions();
    await portal.requestDatabase('PostgreSQL database', {
      name: 'bench-form',
      environment: 'dev',
    });
    const { actions } = portal;
    await portal.waitForStatus('Completed');
    return actions;
  } finally {
    await browser.close();
  }
}

/** Time and effort until a developer holds the credentials of a database. */
export const bench: Bench = {
  unit: 's',
  aims: [
    { figure: 'submitToCredentials.p50', below: 10 },
    { figure: 'actions', below: 6 },
  ],
  async run({ quick, log, directory, cleanUp }) {
    log('Starting a portal of its own');
    const stack = await startStack({ dataDir: directory });
    cleanUp(stack.stop);
    const samples = quick ? 3 : 9;
    await submitToCredentials(stack, 'warm-up');
    await provisionByScript(stack.urls, 'warm-script');
    const taken = { portal: [] as number[], script: [] as number[] };
    for (let turn = 0; turn < samples; turn++) {
      taken.portal.push(await submitToCredentials(stack, `bench-${turn}`));
      taken.script.push(await provisionByScript(stack.urls, `script-${turn}`));
      log(
        `${taken.portal[turn].toFixed(2)} s through the portal, ${taken.script[
          turn
        ].toFixed(2)} s by a script`,
      );
    }
    const portal = median(taken.portal);
    const script = median(taken.script);
    return {
      samples,
      figures: {
        'submitToCredentials.p50': portal,
        'submitToCredentials.max': Math.max(...taken.portal),
        'script.p50': script,
        'ratio.p50': portal / script,
        actions: await countActions(stack),
      },
    };
  },
};
