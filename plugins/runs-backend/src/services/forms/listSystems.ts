import { Provider } from '@self-service/plugin-providers-node';
import { ServingSystem } from '@self-service/plugin-runs-common';

/** Where people find the vendor whose API is called: without `api.`. */
function hostOf(endpoint: string): string | undefined {
  return URL.canParse(endpoint)
    ? new URL(endpoint).host.replace(/^api\./, '')
    : undefined;
}

/**
 * Who serves what, by capability, then provider; the portal's own catalog
 * among them.
 */
export function listSystems(providers: readonly Provider[]): ServingSystem[] {
  const outside = providers.map(({ capability, id, vendor, endpoint }) => {
    const host = hostOf(endpoint);
    return {
      capability,
      provider: id,
      vendor,
      title: host ? `${vendor} (${host})` : vendor,
    };
  });
  const catalog = {
    capability: 'catalog',
    provider: 'catalog',
    vendor: 'Backstage',
    title: 'Backstage catalog',
  };
  return [...outside, catalog].sort(
    (one, other) =>
      one.capability.localeCompare(other.capability) ||
      one.provider.localeCompare(other.provider),
  );
}
