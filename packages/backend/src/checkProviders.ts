/**
 * `npm run providers:check`: asks every vendor that the configuration names
 * whether it answers and what the credentials may do, and creates nothing.
 * Takes `--config <file>` as the backend does, several times.
 *
 * Exits with 1 where a provider is failing or could not be asked, or none is
 * configured.
 */
import { createSpecializedBackend } from '@backstage/backend-app-api';
import { lifecycleServiceFactory } from '@backstage/backend-defaults/lifecycle';
import { loggerServiceFactory } from '@backstage/backend-defaults/logger';
import { rootConfigServiceFactory } from '@backstage/backend-defaults/rootConfig';
import { rootHealthServiceFactory } from '@backstage/backend-defaults/rootHealth';
import { rootLifecycleServiceFactory } from '@backstage/backend-defaults/rootLifecycle';
import { rootLoggerServiceFactory } from '@backstage/backend-defaults/rootLogger';
import { createBackendPlugin } from '@backstage/backend-plugin-api';
import {
  gitProviderServiceRef,
  infrastructureProviderServiceRef,
  messagingProviderServiceRef,
  observabilityProviderServiceRef,
  Provider,
  ProviderHealth,
  secretsProviderServiceRef,
  ticketingProviderServiceRef,
} from '@self-service/plugin-providers-node';
import { providers } from './providers';

const TIME_LIMIT_MS = 20_000;

async function check(provider: Provider): Promise<ProviderHealth> {
  try {
    return await provider.checkHealth({
      signal: AbortSignal.timeout(TIME_LIMIT_MS),
    });
  } catch (error) {
    return {
      status: 'failing',
      description: `No answer within ${TIME_LIMIT_MS / 1000} s: ${error}`,
    };
  }
}

function describe(provider: Provider, health: ProviderHealth): string {
  const { capability, id, vendor, endpoint } = provider;
  const { status, description, problem, rateLimit } = health;
  return [
    `${status
      .toUpperCase()
      .padEnd(9)}${capability}: ${id} (${vendor}, ${endpoint})`,
    description,
    ...(problem ? [problem.remedy] : []),
    ...(problem?.requestId ? [`Request id: ${problem.requestId}`] : []),
    ...(rateLimit
      ? [`Requests left: ${rateLimit.remaining} of ${rateLimit.limit}`]
      : []),
  ].join('\n         ');
}

async function report(found: readonly Provider[]): Promise<number> {
  if (found.length === 0) {
    process.stdout.write('The configuration names no provider.\n');
    return 1;
  }
  let failing = 0;
  for (const provider of found) {
    const health = await check(provider);
    // What can pass is no more than what kept us from asking.
    const isBad = health.status === 'failing' || health.problem?.canPass;
    failing += isBad ? 1 : 0;
    process.stdout.write(`${describe(provider, health)}\n`);
  }
  return failing > 0 ? 1 : 0;
}

// Without HTTP and database, so that it runs beside a portal.
const backend = createSpecializedBackend({
  defaultServiceFactories: [
    lifecycleServiceFactory,
    loggerServiceFactory,
    rootConfigServiceFactory,
    rootHealthServiceFactory,
    rootLifecycleServiceFactory,
    rootLoggerServiceFactory,
  ],
});
for (const provider of providers()) {
  backend.add(provider);
}
backend.add(
  createBackendPlugin({
    pluginId: 'provider-check',
    register(env) {
      env.registerInit({
        deps: {
          git: gitProviderServiceRef,
          infrastructure: infrastructureProviderServiceRef,
          secrets: secretsProviderServiceRef,
          observability: observabilityProviderServiceRef,
          messaging: messagingProviderServiceRef,
          ticketing: ticketingProviderServiceRef,
        },
        async init(capabilities) {
          const found: readonly Provider[] =
            Object.values(capabilities).flat(2);
          process.exit(await report(found));
        },
      });
    },
  }),
);
backend.start().catch(error => {
  process.stderr.write(`${error.cause?.message ?? error.message}\n`);
  process.exit(1);
});
