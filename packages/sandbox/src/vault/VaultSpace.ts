import { join } from 'node:path';
import { JsonCollection } from '../common/JsonCollection';
import { Person } from '../identity/people';
import { Groups } from './Groups';
import { Capability, GroupRecord, SecretRecord, TokenRecord } from './model';
import { Policies, PolicyRecord } from './policies';
import { SecretStore } from './SecretStore';

/** What one namespace of the vault holds. */
export class VaultSpace {
  readonly secrets: SecretStore;
  readonly policies: Policies;
  readonly groups: Groups;

  constructor(
    /** Empty for the root namespace. */
    readonly namespace: string,
    options: { directory: string; people: Person[]; now: () => Date },
  ) {
    const { directory, people, now } = options;
    const open = <T>(name: string) =>
      JsonCollection.open<T>(join(directory, name));
    this.secrets = new SecretStore(open<SecretRecord>('secrets'), now);
    this.policies = new Policies(open<PolicyRecord>('policies'));
    this.groups = new Groups(open<GroupRecord>('groups'), people, now);
  }

  /** What a token may do with a path, by its own policies and its groups'. */
  capabilities(token: TokenRecord, path: string): Capability[] {
    const { username } = token.meta;
    const names = username ? this.groups.policiesOf(username) : [];
    return this.policies.capabilities([...token.policies, ...names], path);
  }

  /** Whether a token may do something with a path. */
  isAllowed(token: TokenRecord, path: string, wanted: Capability): boolean {
    return this.capabilities(token, path).includes(wanted);
  }

  /** Forgets everything. */
  reset(): void {
    this.secrets.clear();
    this.policies.clear();
    this.groups.clear();
  }
}
