import {
  askHealth,
  HttpClient,
  orUndefined,
  ProviderHealth,
} from '@self-service/plugin-providers-node';
import { AtlantisConfig } from './config';
import { StateReader } from './StateReader';

/** A project that nobody has: a server that we may ask answers that it is not there. */
const NOBODYS = {
  owner: 'self-service',
  name: 'health-check',
  project: 'none',
};

type Http = Pick<HttpClient, 'fetch' | 'now'>;

/**
 * Asks each Terraform state server whether it answers and takes the
 * credentials. Atlantis itself is never called: it speaks through the git host,
 * whose provider has a health of its own.
 */
export async function checkHealth(
  servers: readonly AtlantisConfig[],
  http: Http,
  signal?: AbortSignal,
): Promise<ProviderHealth> {
  const found = await Promise.all(
    servers.map(server => checkServer(server, http, signal)),
  );
  return (
    found.find(({ status }) => status === 'failing') ??
    found.find(({ status }) => status === 'degraded') ?? {
      status: 'ok',
      description: `Speaks through pull requests of ${servers
        .map(({ gitHost }) => gitHost)
        .join(', ')}; the Terraform states can be read.`,
    }
  );
}

async function checkServer(
  { gitHost, state }: AtlantisConfig,
  http: Http,
  signal?: AbortSignal,
): Promise<ProviderHealth> {
  if (!state) {
    return {
      status: 'degraded',
      description: `Outputs of what is applied on ${gitHost} can't be read: app-config does not say where states are.`,
      problem: {
        what: 'Terraform outputs are out of reach.',
        whose: 'platform',
        canPass: false,
        remedy: `Add state to the entry of ${gitHost} in providers.atlantis in app-config.`,
      },
    };
  }
  const { owner, name, project } = NOBODYS;
  const repository = { host: gitHost, owner, name };
  return askHealth({ signal }, async () => {
    await orUndefined(
      new StateReader(state, http).readOutputs(repository, project, {
        signal,
      }),
    );
    return {
      status: 'ok',
      description: `The states of ${gitHost} can be read.`,
    };
  });
}
