import { askHealth, ProviderHealth } from '@self-service/plugin-providers-node';
import { z } from 'zod';
import { GrafanaConfig } from './config';
import { GrafanaClient } from './GrafanaClient';
import { RulerClient } from './RulerClient';

/** https://grafana.com/docs/grafana/latest/administration/roles-and-access-control/custom-role-actions-scopes/ */
const NEEDED = [
  'dashboards:create',
  'dashboards:read',
  'dashboards:write',
  'dashboards:delete',
];

const permissionsAnswer = z.record(z.string(), z.array(z.string()));
const folderAnswer = z.object({ uid: z.string(), title: z.string() });

/** A place in the rule store that nobody has: it is asked for, never made. */
const PROBE = { namespace: 'self-service-check', group: 'none' };

/**
 * Asks Grafana what the service account may do and whether the folder is
 * there, and the ruler whether it lets us read. Changes nothing.
 */
export async function checkHealth(
  config: GrafanaConfig,
  clients: { grafana: GrafanaClient; ruler?: RulerClient },
  signal?: AbortSignal,
): Promise<ProviderHealth> {
  return askHealth({ signal }, async () => {
    const permissions = await clients.grafana.call({
      action: 'say what the service account may do',
      method: 'GET',
      path: ['access-control', 'user', 'permissions'],
      answer: permissionsAnswer,
      signal,
    });
    const missing = NEEDED.filter(action => !permissions[action]);
    if (missing.length > 0) {
      return lacking(missing);
    }
    const folder =
      config.folder &&
      (await clients.grafana.call({
        action: `read the folder ${config.folder}`,
        method: 'GET',
        path: ['folders', config.folder],
        answer: folderAnswer,
        signal,
      }));
    const place = folder ? `folder ${folder.title}` : 'the root folder';
    if (!clients.ruler) {
      return {
        status: 'ok',
        description: `Dashboards go to ${place}. No ruler is configured: there are neither alerts nor SLOs.`,
      };
    }
    await clients.ruler.findGroup(PROBE.namespace, PROBE.group, signal);
    return {
      status: 'ok',
      description: `Dashboards go to ${place}, rules to ${
        new URL(config.ruler?.url ?? config.url).host
      }.`,
    };
  });
}

function lacking(missing: readonly string[]): ProviderHealth {
  const what = `Grafana's service account lacks ${missing.join(', ')}.`;
  return {
    status: 'failing',
    description: what,
    problem: {
      what,
      whose: 'platform',
      canPass: false,
      remedy: 'Give it the role Editor, or these actions on the folder.',
      vendor: 'Grafana',
    },
  };
}
