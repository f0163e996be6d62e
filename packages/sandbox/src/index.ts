import { dirname, resolve } from 'node:path';
import { PortInUseError, SandboxSetupError } from './common/errors';
import { DEFAULT_PORTS, startSandbox } from './sandbox';
import { STAND_INS } from './standIns';

async function main(): Promise<void> {
  const { env } = process;
  const sandbox = await startSandbox({
    dataDirectory: resolve(env.SANDBOX_DATA ?? defaultDataDirectory()),
    host: env.SANDBOX_HOST,
    ports: env.SANDBOX_PORTS
      ? { ...DEFAULT_PORTS, ...JSON.parse(env.SANDBOX_PORTS) }
      : undefined,
    backstageUrl: env.BACKSTAGE_URL,
    webhooks: env.SANDBOX_WEBHOOK_URL
      ? [
          {
            url: env.SANDBOX_WEBHOOK_URL,
            secret: env.SANDBOX_WEBHOOK_SECRET ?? 'sandbox-webhook-secret',
          },
        ]
      : [],
  });
  const { urls, postgres } = sandbox;
  print('Git host', urls.github);
  print('Terraform runner', urls.terraform);
  print('Vault', urls.vault);
  print('Identity', urls.identity);
  for (const { name, title } of STAND_INS) {
    print(title, urls.standIns[name]);
  }
  print('PostgreSQL', `${postgres.host}:${postgres.port}`);
  print('Sandbox control', urls.control);

  let stopping = false;
  const stop = () => {
    if (stopping) {
      return;
    }
    stopping = true;
    sandbox.stop().then(
      () => process.exit(0),
      error => fail(error),
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

/** `.sandbox` at the root of the repository. */
function defaultDataDirectory(): string {
  const packageDirectory = dirname(require.resolve('../package.json'));
  return resolve(packageDirectory, '../../.sandbox');
}

function print(name: string, address: string): void {
  process.stdout.write(`${name} ready at ${address}\n`);
}

function fail(error: unknown): void {
  const expected =
    error instanceof PortInUseError || error instanceof SandboxSetupError;
  const text = error instanceof Error ? error.stack : String(error);
  process.stderr.write(`${expected ? (error as Error).message : text}\n`);
  process.exit(1);
}

main().catch(fail);
