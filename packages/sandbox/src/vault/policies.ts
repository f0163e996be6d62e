import { JsonCollection } from '../common/JsonCollection';
import { VaultError } from './errors';
import { Capability } from './model';

interface Rule {
  /** Without `/v1/`. */
  path: string;
  /** Whether paths that only begin with it count too. */
  isPrefix: boolean;
  capabilities: Capability[];
}

/** An ACL policy as somebody wrote it. */
export interface PolicyRecord {
  name: string;
  /** HCL. */
  policy: string;
}

const ALL: Capability[] = ['create', 'read', 'update', 'delete', 'list'];

const below = (path: string, capabilities: Capability[]): Rule => ({
  path,
  isPrefix: true,
  capabilities,
});

const DEFAULT: Rule[] = [
  below('auth/token/lookup-self', ['read', 'update']),
  below('auth/token/renew-self', ['update']),
  below('auth/token/revoke-self', ['update']),
  below('sys/capabilities-self', ['update']),
];

/** Where the product may write secrets. */
const PREFIXES = ['databases', 'teams', 'payments'];

const BUILT_IN: Record<string, Rule[]> = {
  root: [below('', ALL)],
  default: DEFAULT,
  'self-service': [
    ...['data', 'metadata', 'delete', 'undelete', 'destroy'].flatMap(area =>
      PREFIXES.map(prefix => below(`secret/${area}/${prefix}/`, ALL)),
    ),
    below('secret/metadata/databases', ['list']),
    below('secret/config', ['read']),
    below('sys/policies/acl/self-service-', ['read', 'update', 'delete']),
    below('identity/group/name/', ['read']),
    below('identity/group/name/self-service-', ['read', 'delete']),
    { path: 'identity/group', isPrefix: false, capabilities: ['update'] },
    below('database/creds/', ['read']),
    below('sys/leases/revoke', ['update']),
  ],
  // They see what there is; what it holds is for the teams that were let in.
  people: [below('secret/metadata/databases', ['read', 'list'])],
};

const RULE = /path\s+"([^"]+)"\s*\{\s*capabilities\s*=\s*\[([^\]]*)\]\s*\}/g;

/**
 * Reads the part of Vault's policy language that is used here: `path` with
 * `capabilities`, a `*` at the end, comments.
 *
 * @throws VaultError 400 for anything else
 */
function parsePolicy({ policy }: PolicyRecord): Rule[] {
  const text = policy.replace(/^\s*#.*$/gm, '');
  const rules = [...text.matchAll(RULE)].map(([, path, list]) => ({
    path: path.replace(/\*$/, ''),
    isPrefix: path.endsWith('*'),
    capabilities: [...list.matchAll(/"(\w+)"/g)].map(
      ([, capability]) => capability as Capability,
    ),
  }));
  if (text.replace(RULE, '').trim() !== '' || rules.length === 0) {
    throw new VaultError(400, ['Failed to parse policy']);
  }
  return rules;
}

/** The ACL policies of one namespace: those that come with it, and written ones. */
export class Policies {
  constructor(private readonly written: JsonCollection<PolicyRecord>) {}

  /** A policy that somebody wrote. */
  get(name: string): PolicyRecord | undefined {
    return this.written.get(name);
  }

  /** Names of policies that somebody wrote. */
  names(): string[] {
    return this.written.keys().sort();
  }

  /** Paths that written policies name, without `/v1/`. */
  paths(): string[] {
    return this.written
      .values()
      .flatMap(record => parsePolicy(record).map(({ path }) => path))
      .sort();
  }

  /** Writes a policy; throws VaultError 400 when it can't be read. */
  set(record: PolicyRecord): void {
    parsePolicy(record);
    this.written.set(record.name, record);
  }

  /** Removes a policy, if there is one. */
  delete(name: string): void {
    this.written.delete(name);
  }

  /** Forgets what was written. */
  clear(): void {
    this.written.clear();
  }

  /**
   * What policies allow on a path.
   *
   * @param names - of policies
   * @param path - request path without `/v1/`
   */
  capabilities(names: string[], path: string): Capability[] {
    const found = names
      .flatMap(name => this.#rules(name))
      .filter(rule =>
        rule.isPrefix ? path.startsWith(rule.path) : path === rule.path,
      )
      .flatMap(rule => rule.capabilities);
    return [...new Set(found)].sort();
  }

  #rules(name: string): Rule[] {
    const written = this.written.get(name);
    return BUILT_IN[name] ?? (written ? parsePolicy(written) : []);
  }
}
