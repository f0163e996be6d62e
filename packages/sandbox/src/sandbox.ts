import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { PORTAL_KEY, teamKey } from './aws/credentials';
import { HttpService } from './common/HttpService';
import { JsonCollection } from './common/JsonCollection';
import { RateLimiter } from './common/RateLimiter';
import { controlApp, SandboxUrls } from './control/app';
import { Inventory, takeInventory } from './control/inventory';
import { FaultSwitch } from './faults/FaultSwitch';
import { githubApp, RUNNER_TOKEN } from './github/app';
import { GitHost } from './github/GitHost';
import { PullRequests } from './github/PullRequests';
import { GITHUB_LIMITS } from './github/rateLimits';
import { mayWrite } from './github/links';
import { Representations } from './github/Representations';
import { WebhookSender, WebhookTarget } from './github/webhooks';
import { readOrganisation } from './identity/people';
import { createIdentityProvider, OIDC_CLIENT } from './identity/provider';
import { PostgresServer } from './postgres/PostgresServer';
import { StandIn, STAND_INS, StandInContext, standInPorts } from './standIns';
import { STATE_CREDENTIALS, terraformApp } from './terraform/app';
import { Databases } from './terraform/Databases';
import { GitHostClient } from './terraform/GitHostClient';
import { Runner, RunnerDelays } from './terraform/Runner';
import { StateStore } from './terraform/StateStore';
import { vaultApp } from './vault/app';
import { listVerbHandler } from './vault/listVerb';
import { ROOT_TOKEN } from './vault/Tokens';
import { APP_ROLE, DEMO_PASSWORD, Vault } from './vault/Vault';

/** The ports of the default run. */
export const DEFAULT_PORTS = {
  control: 7100,
  github: 7101,
  terraform: 7102,
  vault: 7103,
  identity: 7104,
  postgres: 7105,
};

/** One TCP port a service; further stand-ins have theirs by name. */
export type SandboxPorts = typeof DEFAULT_PORTS & Record<string, number>;

/** How to start the sandbox. */
export interface SandboxOptions {
  /** Absolute path of the directory that holds all state; created when missing. */
  dataDirectory: string;
  /** Default `DEFAULT_PORTS`; `ephemeral` takes free ones. */
  ports?: SandboxPorts | 'ephemeral';
  /** Host name in URLs, default `localhost`. Only loopback is listened on. */
  host?: string;
  /** Where the Backstage backend is, for sign-in. Default `http://localhost:7007`. */
  backstageUrl?: string;
  /** Least duration of plans and applies. Default 400 and 700 ms. */
  delays?: Partial<RunnerDelays>;
  /** Where the git host sends events. Default none. */
  webhooks?: WebhookTarget[];
  /** The clock of git host and vault. Default the machine's. */
  now?: () => Date;
  /**
   * Whether GitHub, GitLab and HCP Terraform refuse what exceeds the limits
   * that they document. Default true; a suite asks for more in a minute than a
   * portal does in a day.
   */
  enforcesLimits?: boolean;
}

/** Tokens and passwords of the sandbox; they open nothing else. */
export const SANDBOX_CREDENTIALS = {
  githubToken: 'sandbox-github-token',
  githubReadOnlyToken: 'sandbox-github-readonly',
  terraformState: STATE_CREDENTIALS,
  vaultRoleId: APP_ROLE.roleId,
  vaultSecretId: APP_ROLE.secretId,
  vaultRootToken: ROOT_TOKEN,
  awsAccessKeyId: PORTAL_KEY.accessKeyId,
  awsSecretAccessKey: PORTAL_KEY.secretAccessKey,
  /** Of the role of the demo's team `payments`, to read what it may. */
  awsTeamAccessKeyId: teamKey('payments').accessKeyId,
  awsTeamSecretAccessKey: teamKey('payments').secretAccessKey,
  demoPassword: DEMO_PASSWORD,
  oidcClientId: OIDC_CLIENT.clientId,
  oidcClientSecret: OIDC_CLIENT.clientSecret,
};

/** A running sandbox. */
export interface Sandbox {
  urls: SandboxUrls;
  postgres: { host: string; port: number };
  /** TCP ports that stand-ins listen on beside HTTP, by name. */
  ports: Record<string, number>;
  credentials: typeof SANDBOX_CREDENTIALS;
  /** The fault switches. */
  faults: FaultSwitch;
  /** What exists outside now. */
  inventory(): Promise<Inventory>;
  /** Replaces the git host's webhook targets. */
  setWebhooks(targets: WebhookTarget[]): void;
  /** Changes the least durations of plans and applies. */
  setDelays(delays: Partial<RunnerDelays>): void;
  /** Resolves once no plan, apply, webhook or generation is under way. */
  idle(): Promise<void>;
  /** Forgets everything and seeds anew. */
  reset(): Promise<void>;
  /** Stops everything; state stays in the data directory. */
  stop(): Promise<void>;
}

/**
 * Starts all stand-ins.
 *
 * @remarks
 * State survives a stop and also a killed process: call it again with the same
 * data directory.
 *
 * @throws PortInUseError when a port is taken, SandboxSetupError when
 * PostgreSQL cannot run
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const started: (() => Promise<void>)[] = [];
  try {
    return await start(options, started);
  } catch (error) {
    await stopAll(started);
    throw error;
  }
}

type Services = Record<
  Exclude<keyof typeof DEFAULT_PORTS, 'postgres'>,
  HttpService
> & { standIns: Record<string, HttpService> };

async function start(
  options: SandboxOptions,
  started: (() => Promise<void>)[],
): Promise<Sandbox> {
  const {
    dataDirectory,
    now = () => new Date(),
    backstageUrl = 'http://localhost:7007',
    enforcesLimits = true,
  } = options;
  mkdirSync(dataDirectory, { recursive: true });
  const services = await openPorts(options, started);
  const server = await PostgresServer.start({
    directory: join(dataDirectory, 'postgres'),
    host: options.host ?? 'localhost',
    port: portsOf(options).postgres,
  });
  started.push(() => server.stop());

  const urls = urlsOf(services);
  const faults = new FaultSwitch();
  const organisation = readOrganisation();
  const vault = Vault.open({
    directory: join(dataDirectory, 'vault'),
    people: organisation.people,
    now,
    postgres: server,
  });
  const host = await GitHost.open({
    directory: join(dataDirectory, 'github'),
    now,
  });
  started.push(() => host.idle());
  const pulls = new PullRequests(host);
  const webhooks = new WebhookSender(
    host,
    new Representations(urls.githubApi, urls.github),
  );
  webhooks.configure(options.webhooks ?? []);
  const databases = new Databases(server);
  const terraform = join(dataDirectory, 'terraform');
  const states = new StateStore(
    JsonCollection.open(join(terraform, 'states')),
    JsonCollection.open(join(terraform, 'locks')),
  );
  const delays = { planMs: 400, applyMs: 700, ...options.delays };
  const runner = new Runner({
    client: new GitHostClient(urls.githubApi, RUNNER_TOKEN),
    databases,
    states,
    runs: JsonCollection.open(join(terraform, 'runs')),
    handled: JsonCollection.open(join(terraform, 'handled')),
    faults,
    url: urls.terraform,
    delays,
  });
  started.push(() => runner.stop());
  const identity = createIdentityProvider({
    directory: join(dataDirectory, 'identity'),
    issuer: urls.identity,
    backstageUrl,
    organisation,
    faults,
  });

  const standIns = await openStandIns(services, started, {
    ...options,
    ports: portsOf(options),
    urls,
    databases,
    delays,
    faults,
    now,
    backstageUrl,
    enforcesLimits,
  });
  const inventory = async () => ({
    ...(await takeInventory({ host, databases, states, vault })),
    ...(await inventoryOf(standIns)),
  });
  const idle = async () => {
    for (const standIn of standIns.values()) {
      await standIn.idle?.();
    }
    await host.idle();
    await runner.idle();
    await webhooks.idle();
  };
  const reset = async () => {
    faults.clear();
    await runner.idle();
    runner.reset();
    await host.reset();
    await databases.reset();
    states.clear();
    await vault.database.reset();
    vault.reset();
    identity.reset();
    for (const standIn of standIns.values()) {
      await standIn.reset();
    }
  };

  const limiter = new RateLimiter(GITHUB_LIMITS, now, enforcesLimits);
  services.github.handle(
    githubApp({ host, pulls, faults, limiter, url: urls.github }),
  );
  services.terraform.handle(terraformApp({ runner, states, faults }));
  services.vault.handle(vaultApp({ vault, faults }));
  services.vault.handleUnknownMethods(listVerbHandler(urls.vault));
  services.identity.handle(identity.listener);
  services.control.handle(
    controlApp({
      urls,
      postgres: server.address,
      organisation,
      faults,
      vault,
      webhooks,
      delays,
      inventory,
      reset,
    }),
  );
  connectRunner(host, runner);
  for (const record of host.repositories()) {
    const repository = host.repository(record.owner, record.name);
    await host.mutex.run(() => pulls.synchronise(repository, 'ghost'));
  }
  await runner.resume(host.repositories());

  return {
    urls,
    postgres: server.address,
    ports: Object.assign({}, ...[...standIns.values()].map(it => it.ports)),
    credentials: SANDBOX_CREDENTIALS,
    faults,
    inventory,
    setWebhooks: targets => webhooks.configure(targets),
    setDelays: changed => Object.assign(delays, changed),
    idle,
    reset,
    stop: () => stopAll(started),
  };
}

async function openPorts(
  options: SandboxOptions,
  started: (() => Promise<void>)[],
): Promise<Services> {
  const ports = portsOf(options);
  const open = async (name: string, port: number) => {
    const service = await HttpService.listen({
      name,
      port,
      host: options.host ?? 'localhost',
    });
    started.push(() => service.close());
    return service;
  };
  return {
    control: await open('sandbox control', ports.control),
    github: await open('git host', ports.github),
    terraform: await open('Terraform runner', ports.terraform),
    vault: await open('vault', ports.vault),
    identity: await open('identity provider', ports.identity),
    standIns: Object.fromEntries(
      await Promise.all(
        STAND_INS.map(async ({ name, title }) => [
          name,
          await open(title, ports[name]),
        ]),
      ),
    ),
  };
}

/** Opens what is in `STAND_INS`, and answers its ports. */
async function openStandIns(
  services: Services,
  started: (() => Promise<void>)[],
  options: Pick<SandboxOptions, 'dataDirectory'> &
    Omit<StandInContext, 'directory' | 'url' | 'standInUrls'>,
): Promise<Map<string, StandIn>> {
  const { dataDirectory, ...context } = options;
  const standInUrls = Object.fromEntries(
    Object.entries(services.standIns).map(([name, { url }]) => [name, url]),
  );
  const open = new Map<string, StandIn>();
  for (const definition of STAND_INS) {
    const { name } = definition;
    const standIn = await definition.open({
      ...context,
      standInUrls,
      directory: join(dataDirectory, name),
      url: standInUrls[name],
    });
    started.push(async () => standIn.stop?.());
    services.standIns[name].handle(standIn.listener);
    open.set(name, standIn);
  }
  return open;
}

async function inventoryOf(
  standIns: Map<string, StandIn>,
): Promise<Record<string, object>> {
  const entries = [...standIns].map(async ([name, standIn]) => [
    name,
    await standIn.inventory(),
  ]);
  return Object.fromEntries(await Promise.all(entries));
}

function portsOf({ ports }: SandboxOptions): SandboxPorts {
  if (ports === 'ephemeral') {
    return {
      ...DEFAULT_PORTS,
      ...Object.fromEntries(
        Object.keys({ ...DEFAULT_PORTS, ...standInPorts() }).map(name => [
          name,
          0,
        ]),
      ),
    };
  }
  return { ...standInPorts(), ...(ports ?? DEFAULT_PORTS) };
}

function urlsOf(services: Services): SandboxUrls {
  return {
    control: services.control.url,
    github: services.github.url,
    githubApi: `${services.github.url}/api/v3`,
    terraform: services.terraform.url,
    terraformState: `${services.terraform.url}/state`,
    vault: services.vault.url,
    identity: services.identity.url,
    identityMetadata: `${services.identity.url}/.well-known/openid-configuration`,
    standIns: Object.fromEntries(
      Object.entries(services.standIns).map(([name, { url }]) => [name, url]),
    ),
  };
}

/** The runner hears of events in process; it answers over REST only. */
function connectRunner(host: GitHost, runner: Runner): void {
  host.subscribe(event => {
    if (event.type === 'status') {
      return;
    }
    const { owner, repo, number } = event.pull;
    const pull = { owner, repo, number };
    if (event.type === 'issue_comment') {
      const { id, body, user } = event.comment;
      runner.notify({
        kind: 'comment',
        pull,
        comment: {
          id,
          body,
          user: { login: user },
          author_association: mayWrite(user) ? 'MEMBER' : 'NONE',
        },
      });
    } else if (['opened', 'synchronize', 'reopened'].includes(event.action)) {
      runner.notify({ kind: 'head', pull });
    }
  });
}

async function stopAll(started: (() => Promise<void>)[]): Promise<void> {
  for (const stop of started.splice(0).reverse()) {
    await stop();
  }
}
