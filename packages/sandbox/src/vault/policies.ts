import { Capability } from './model';

interface Rule {
  /** Path prefix, without `/v1/`. */
  prefix: string;
  capabilities: Capability[];
}

const ALL: Capability[] = ['create', 'read', 'update', 'delete', 'list'];

const OWN_TOKEN: Rule[] = [
  { prefix: 'auth/token/lookup-self', capabilities: ['read', 'update'] },
  { prefix: 'auth/token/renew-self', capabilities: ['update'] },
  { prefix: 'auth/token/revoke-self', capabilities: ['update'] },
];

const POLICIES: Record<string, Rule[]> = {
  root: [{ prefix: '', capabilities: ALL }],
  default: OWN_TOKEN,
  'self-service': [
    ...['data', 'metadata', 'delete', 'undelete', 'destroy'].map(area => ({
      prefix: `secret/${area}/databases/`,
      capabilities: ALL,
    })),
    { prefix: 'secret/metadata/databases', capabilities: ['list'] },
    { prefix: 'secret/config', capabilities: ['read'] },
  ],
  people: [
    { prefix: 'secret/data/databases/', capabilities: ['read'] },
    { prefix: 'secret/metadata/databases', capabilities: ['read', 'list'] },
  ],
};

/**
 * Whether policies allow something on a path.
 *
 * @param policies - names of policies
 * @param path - request path without `/v1/`
 */
export function isAllowed(
  policies: string[],
  path: string,
  capability: Capability,
): boolean {
  return policies
    .flatMap(name => POLICIES[name] ?? [])
    .some(
      rule =>
        path.startsWith(rule.prefix) && rule.capabilities.includes(capability),
    );
}
