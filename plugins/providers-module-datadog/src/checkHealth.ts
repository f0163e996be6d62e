import { askHealth, ProviderHealth } from '@self-service/plugin-providers-node';
import { DatadogConfig } from './config';
import { DatadogClient } from './DatadogClient';
import { v1 } from './sdk';

/**
 * Asks Datadog whether it knows both keys and lets the application key read.
 * Changes nothing; what the key may write Datadog tells only by refusing.
 */
export async function checkHealth(
  config: DatadogConfig,
  datadog: DatadogClient,
  signal?: AbortSignal,
): Promise<ProviderHealth> {
  const health = await askHealth({ signal }, async () => {
    await datadog.call(
      { action: 'check the API key', signal },
      configuration => new v1.AuthenticationApi(configuration).validate(),
      ({ valid }) => valid === true,
    );
    await datadog.call(
      { action: 'list dashboards', signal },
      configuration =>
        new v1.DashboardsApi(configuration).listDashboards({ count: 1 }),
      ({ dashboards }) => Array.isArray(dashboards),
    );
    await datadog.call(
      { action: 'list monitors', signal },
      configuration =>
        new v1.MonitorsApi(configuration).listMonitors({
          page: 0,
          pageSize: 1,
        }),
      Array.isArray,
    );
    await datadog.call(
      { action: 'list SLOs', signal },
      configuration =>
        new v1.ServiceLevelObjectivesApi(configuration).listSLOs({ limit: 1 }),
      ({ data }) => Array.isArray(data),
    );
    return {
      status: 'ok',
      description: `${
        new URL(config.apiUrl).host
      } knows both keys, and lets them read dashboards, monitors and SLOs.`,
    };
  });
  return { ...health, rateLimit: datadog.rateLimit };
}
