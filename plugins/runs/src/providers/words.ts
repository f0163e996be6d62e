import { StatusTone } from '@self-service/plugin-approvals';
import {
  ProviderStatus,
  RecordedHealth,
} from '@self-service/plugin-runs-common';
import { ProvidersTexts } from '../translation';

/** How the health of a provider looks. */
export const HEALTH_TONES: Record<RecordedHealth['status'], StatusTone> = {
  ok: 'success',
  degraded: 'caution',
  failing: 'failure',
  unknown: 'idle',
};

/** Healths, with what needs somebody first. */
export const HEALTHS: RecordedHealth['status'][] = [
  'failing',
  'degraded',
  'unknown',
  'ok',
];

const CAPABILITIES = [
  'git',
  'infrastructure',
  'secrets',
  'observability',
  'messaging',
  'ticketing',
] as const;

/** Optional parts of the ports, as `@self-service/plugin-providers-node` names them. */
const FEATURES = {
  'git.internal-repositories': 'feature.gitInternalRepositories',
  'git.team-permissions': 'feature.gitTeamPermissions',
  'infrastructure.cancel': 'feature.infrastructureCancel',
  'infrastructure.cost-estimate': 'feature.infrastructureCostEstimate',
  'infrastructure.workspaces': 'feature.infrastructureWorkspaces',
  'secrets.access': 'feature.secretsAccess',
  'secrets.leases': 'feature.secretsLeases',
  'observability.dashboard': 'feature.observabilityDashboard',
  'observability.alerts': 'feature.observabilityAlerts',
  'observability.slo': 'feature.observabilitySlo',
  'messaging.channels': 'feature.messagingChannels',
  'messaging.update': 'feature.messagingUpdate',
  'messaging.threads': 'feature.messagingThreads',
  'messaging.answers': 'feature.messagingAnswers',
  'ticketing.webhooks': 'feature.ticketingWebhooks',
} as const;

function isKnownFeature(name: string): name is keyof typeof FEATURES {
  return Object.hasOwn(FEATURES, name);
}

/** A name of somebody else's provider, as well as it can be read. */
function humanise(name: string): string {
  const words = name.replace(/[-_.]/g, ' ');
  return words.charAt(0).toLocaleUpperCase('en-US') + words.slice(1);
}

/** What a capability is called; one of a third party by its own name. */
export function describeCapability(
  capability: string,
  t: ProvidersTexts,
): string {
  const known = CAPABILITIES.find(name => name === capability);
  return known ? t(`capability.${known}`) : humanise(capability);
}

/** An optional part of a port; one of a third party by its own name. */
export function describeFeature(
  capability: string,
  feature: string,
  t: ProvidersTexts,
): string {
  const name = `${capability}.${feature}`;
  return isKnownFeature(name) ? t(FEATURES[name]) : humanise(feature);
}

/**
 * Providers by what they are for.
 *
 * @param providers - those of one capability together, as the backend lists
 * them
 * @returns in the same order
 */
export function groupByCapability(
  providers: ProviderStatus[],
): [capability: string, providers: ProviderStatus[]][] {
  const groups = new Map<string, ProviderStatus[]>();
  for (const provider of providers) {
    const group = groups.get(provider.capability) ?? [];
    groups.set(provider.capability, [...group, provider]);
  }
  return [...groups];
}
