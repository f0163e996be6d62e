import { randomUUID } from 'node:crypto';
import { JsonCollection } from '../common/JsonCollection';
import { Person } from '../identity/people';
import { VaultError } from './errors';
import { GroupRecord } from './model';

/**
 * Identity groups of one namespace. The demo's teams are external groups, as
 * an identity provider would make them; their members are known by login.
 *
 * @remarks
 * Source of the rules: Vault documentation, "Identity secret store: group
 * (API)" and "Identity": members of a group's subgroups have its policies too.
 */
export class Groups {
  constructor(
    private readonly groups: JsonCollection<GroupRecord>,
    private readonly people: Person[],
    private readonly now: () => Date,
  ) {}

  /** A group by name, teams included. */
  get(name: string): GroupRecord | undefined {
    return this.groups.get(name) ?? this.#teams().find(it => it.name === name);
  }

  /** Groups that somebody made. */
  made(): GroupRecord[] {
    return this.groups.values().sort((a, b) => a.name.localeCompare(b.name));
  }

  /**
   * Makes a group, or changes the one of that name.
   *
   * @throws VaultError 400 for a member that there is not
   */
  write(
    group: Pick<
      GroupRecord,
      'name' | 'policies' | 'memberGroupIds' | 'metadata'
    >,
  ): GroupRecord {
    const ids = [...this.groups.values(), ...this.#teams()].map(({ id }) => id);
    if (group.memberGroupIds.some(id => !ids.includes(id))) {
      throw new VaultError(400, ['invalid member_group_ids']);
    }
    const standing = this.groups.get(group.name);
    const time = this.now().toISOString();
    const record: GroupRecord = {
      ...group,
      id: standing?.id ?? randomUUID(),
      type: 'internal',
      createdTime: standing?.createdTime ?? time,
      updatedTime: time,
    };
    this.groups.set(group.name, record);
    return record;
  }

  /** Removes a group, if there is one. */
  delete(name: string): void {
    this.groups.delete(name);
  }

  /** Forgets what was made. */
  clear(): void {
    this.groups.clear();
  }

  /** Policies that a person has by the groups that they are in. */
  policiesOf(username: string): string[] {
    const ids = new Set(
      this.people
        .find(({ id }) => id === username)
        ?.teams.map(team => this.#teamId(team)) ?? [],
    );
    const policies = new Set<string>();
    // Until no more group is found: groups lie within groups.
    for (let before = -1; before !== ids.size; ) {
      before = ids.size;
      for (const group of this.groups.values()) {
        if (group.memberGroupIds.some(id => ids.has(id))) {
          ids.add(group.id);
          group.policies.forEach(policy => policies.add(policy));
        }
      }
    }
    return [...policies];
  }

  #teams(): GroupRecord[] {
    const names = new Set(this.people.flatMap(({ teams }) => teams));
    return [...names].map(name => ({
      id: this.#teamId(name),
      name,
      type: 'external',
      policies: [],
      memberGroupIds: [],
      metadata: {},
      createdTime: '2026-01-01T00:00:00.000Z',
      updatedTime: '2026-01-01T00:00:00.000Z',
    }));
  }

  #teamId(name: string): string {
    return `team-${name}`;
  }
}
