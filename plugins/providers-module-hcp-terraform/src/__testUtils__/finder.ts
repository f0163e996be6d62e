import { HttpClient } from '@self-service/plugin-providers-node';
import { HcpClient } from '../HcpClient';
import { ListBudget } from '../ListBudget';
import { RunFinder } from '../RunFinder';
import { WorkspaceIds } from '../WorkspaceIds';

/**
 * A finder of the organization `myorg` at hcp.example.com, whose waits take no
 * time.
 *
 * @param now - milliseconds since the epoch
 * @param perMinute - how many lists it may ask for
 */
export function createFinder(now: () => number, perMinute?: number) {
  const http = HttpClient.create({
    vendor: 'HCP Terraform',
    retries: 0,
    clock: { now, sleep: async () => {} },
  });
  const config = {
    gitHost: 'gitlab.com',
    organization: 'myorg',
    address: 'https://hcp.example.com',
    token: 'token-1',
    oauthTokenId: 'ot-1',
    workspaceName: '{directory}',
  };
  const client = new HcpClient(config, http);
  const finder = new RunFinder(
    'myorg',
    client,
    new ListBudget(now, perMinute),
    http,
    new WorkspaceIds(),
  );
  return { http, client, finder };
}
