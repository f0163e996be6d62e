import { OBSERVABILITY_PARTS } from '@self-service/plugin-providers-node';
import { TemplateStep } from '../template';
import { Problem } from './problem';

/** What the check knows of a provider that is configured. */
export interface ConfiguredProvider {
  capability: string;
  /** The vendor for people, for example `GitHub`. */
  vendor: string;
  features: readonly string[];
}

/** What a step needs of the providers of one capability. */
interface Need {
  capability: string;
  /** Optional parts of the capability's port. */
  features?: readonly string[];
}

type Input = Record<string, unknown>;

/** Needs of the suite's actions, by id. */
const NEEDS: Record<string, (input: Input) => readonly Need[]> = {
  'git:commit': () => [{ capability: 'git' }],
  'git:pull-request:create': () => [{ capability: 'git' }],
  'git:repository:create': ({ visibility, team }) => [
    {
      capability: 'git',
      features: [
        ...(visibility === 'internal' ? ['internal-repositories'] : []),
        ...(team === undefined ? [] : ['team-permissions']),
      ],
    },
  ],
  'github:pull-request': () => [{ capability: 'git' }],
  notify: needChannels,
  'notify:send': needChannels,
  // Without parts it makes all of them.
  'observability:onboard': ({ parts = OBSERVABILITY_PARTS }) => [
    {
      capability: 'observability',
      features: Array.isArray(parts) ? parts.filter(isLiteral) : [],
    },
  ],
  'secret:create': needSecrets,
  'secret:grant-access': () => [
    { capability: 'secrets', features: ['access'] },
  ],
  'secret:rotate': () => [{ capability: 'secrets' }],
  'git:pull-request:wait-for-merge': () => [{ capability: 'git' }],
  'terraform:plan': () => [{ capability: 'infrastructure' }],
  'terraform:wait-for-apply': () => [{ capability: 'infrastructure' }],
  'vault:create-secret': needSecrets,
};

/** Stock actions that work with one vendor only, by how their id begins. */
const VENDOR_ACTIONS: readonly {
  prefixes: readonly string[];
  vendor: string;
}[] = [
  { prefixes: ['github:', 'publish:github'], vendor: 'GitHub' },
  { prefixes: ['gitlab:', 'publish:gitlab'], vendor: 'GitLab' },
];

function needChannels({ channel }: Input): readonly Need[] {
  return channel === undefined
    ? []
    : [{ capability: 'messaging', features: ['channels'] }];
}

function needSecrets({ grantTeam }: Input): readonly Need[] {
  return [
    { capability: 'secrets', features: grantTeam === true ? ['access'] : [] },
  ];
}

function isLiteral(value: unknown): value is string {
  return typeof value === 'string' && !value.includes('${{');
}

/**
 * Flags a step that needs what no configured provider can do: it would fail
 * when it runs.
 *
 * @param path - of the step
 * @param providers - those that are configured
 */
export function checkProviders(
  step: TemplateStep,
  path: string,
  providers: readonly ConfiguredProvider[],
): Problem[] {
  const { action = '' } = step;
  const input = (step.input ?? {}) as Input;
  const needs = Object.hasOwn(NEEDS, action) ? NEEDS[action](input) : undefined;
  const messages = needs
    ? needs.flatMap(need => describeMissing(action, need, providers))
    : describeOtherVendor(action, providers);
  return messages.map(message => ({
    level: 'error',
    path: `${path}.action`,
    message,
  }));
}

function describeMissing(
  action: string,
  { capability, features = [] }: Need,
  providers: readonly ConfiguredProvider[],
): string[] {
  const able = providers.filter(provider => provider.capability === capability);
  if (able.length === 0) {
    return [
      `${action} needs a provider of the capability ${capability}, and app-config names none. Add one, or remove the step.`,
    ];
  }
  return features
    .filter(feature =>
      able.every(({ features: has }) => !has.includes(feature)),
    )
    .map(
      feature =>
        `${action} needs '${feature}' here, which ${able
          .map(({ vendor }) => vendor)
          .join(
            ' and ',
          )} can't do. Change the step's input, or add a provider that can.`,
    );
}

function describeOtherVendor(
  action: string,
  providers: readonly ConfiguredProvider[],
): string[] {
  const hosts = providers.filter(({ capability }) => capability === 'git');
  const needed = VENDOR_ACTIONS.find(({ prefixes }) =>
    prefixes.some(prefix => action.startsWith(prefix)),
  );
  return !needed ||
    hosts.length === 0 ||
    hosts.some(({ vendor }) => vendor === needed.vendor)
    ? []
    : [
        `${action} works with ${needed.vendor} only, and this portal has ${hosts
          .map(({ vendor }) => vendor)
          .join(' and ')}. The actions git:… work with both.`,
      ];
}
