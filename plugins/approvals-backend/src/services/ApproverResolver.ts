import { AuthService } from '@backstage/backend-plugin-api';
import {
  DEFAULT_NAMESPACE,
  Entity,
  parseEntityRef,
  RELATION_CHILD_OF,
  RELATION_HAS_MEMBER,
  RELATION_MEMBER_OF,
  RELATION_OWNED_BY,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import { CatalogService } from '@backstage/plugin-catalog-node';
import { Approver } from '@self-service/plugin-approvals-common';
import { StageApprovers } from '../database';

/**
 * Annotation of a Group that names its lead: one or several user refs,
 * separated by commas.
 */
export const LEAD_ANNOTATION = 'self-service/lead';

const LEAD_RELATIONS = ['leadBy', 'ledBy'];

function toRef(ref: string, defaultKind: string): string | undefined {
  try {
    return stringifyEntityRef(
      parseEntityRef(ref.trim(), {
        defaultKind,
        defaultNamespace: DEFAULT_NAMESPACE,
      }),
    );
  } catch {
    return undefined;
  }
}

function isRefOf(ref: string | undefined, kind: string): ref is string {
  return ref?.startsWith(`${kind}:`) === true;
}

/**
 * A user ref in its one canonical form, so that refs compare as text; what is
 * no ref stays as it is.
 */
export function normaliseUserRef(ref: string): string {
  return toRef(ref, 'user') ?? ref;
}

function targets(entity: Entity, types: string[], kind: string): string[] {
  return (entity.relations ?? [])
    .filter(({ type }) => types.includes(type))
    .map(({ targetRef }) => toRef(targetRef, kind))
    .filter((ref): ref is string => isRefOf(ref, kind));
}

function displayName(groupRef: string): string {
  return parseEntityRef(groupRef, { defaultKind: 'group' }).name;
}

/**
 * Answers from the catalog, as it is now, who may decide a stage.
 *
 * @remarks
 * Reads with the plugin's own credentials. A catalog that can't be read is an
 * error: no authority is ever taken from memory. One resolver reads each
 * entity once; make a new one for each question whose answer must be fresh.
 */
export class ApproverResolver {
  readonly #catalog: Pick<CatalogService, 'getEntityByRef'>;
  readonly #auth: AuthService;
  readonly #entities = new Map<string, Promise<Entity | undefined>>();

  constructor(options: {
    catalog: Pick<CatalogService, 'getEntityByRef'>;
    auth: AuthService;
  }) {
    this.#catalog = options.catalog;
    this.#auth = options.auth;
  }

  /**
   * Looks up who may decide.
   *
   * @remarks
   * The requester is never eligible. A lead who asks for their own team is
   * replaced by the lead of the parent group, and so on upwards.
   *
   * @param approvers - as the policy named them; any of them may decide
   * @returns sorted user refs, and what could not be found
   */
  async resolve(
    approvers: readonly Approver[],
    requester: string,
  ): Promise<StageApprovers> {
    const users = new Set<string>();
    const problems = new Set<string>();
    for (const approver of approvers) {
      const found =
        'leadOf' in approver
          ? await this.#leads(approver.leadOf, requester)
          : await this.#members(approver.group, requester);
      found.users.forEach(user => users.add(user));
      if (found.unresolved) {
        problems.add(found.unresolved);
      }
    }
    return {
      users: [...users].sort(),
      unresolved: problems.size > 0 ? [...problems].join(' ') : undefined,
    };
  }

  /**
   * The groups of a user, sorted; none for a user who is not in the catalog.
   */
  async teamsOf(userRef: string): Promise<string[]> {
    const user = await this.#read(userRef);
    return user ? targets(user, [RELATION_MEMBER_OF], 'group').sort() : [];
  }

  /**
   * Whether a user is a member of a group; with a catalog that can't be read,
   * nobody is.
   */
  async isMember(userRef: string, groupRef: string): Promise<boolean> {
    const teams = await this.teamsOf(userRef).catch((): string[] => []);
    return teams.includes(groupRef);
  }

  /**
   * The groups that own an entity, sorted; none for one that is not in the
   * catalog, or that no group owns.
   */
  async ownersOf(entityRef: string): Promise<string[]> {
    const entity = await this.#read(entityRef);
    return entity ? targets(entity, [RELATION_OWNED_BY], 'group').sort() : [];
  }

  async #members(groupRef: string, requester: string): Promise<StageApprovers> {
    const group = await this.#read(groupRef);
    if (!group) {
      return {
        users: [],
        unresolved: `Group ${groupRef} is not in the catalog: add it, or name another group in the policy data.`,
      };
    }
    const members = targets(group, [RELATION_HAS_MEMBER], 'user');
    const users = members.filter(ref => ref !== requester);
    const name = displayName(groupRef);
    return {
      users,
      unresolved:
        users.length > 0
          ? undefined
          : `Group ${name} has no members${
              members.length > 0 ? ' but the requester' : ''
            }: add somebody to it.`,
    };
  }

  async #leads(teamRef: string, requester: string): Promise<StageApprovers> {
    const team = displayName(teamRef);
    const visited = new Set<string>();
    let requesterLeads = false;
    let groupRef: string | undefined = toRef(teamRef, 'group');
    while (groupRef && !visited.has(groupRef)) {
      visited.add(groupRef);
      const group: Entity | undefined = await this.#read(groupRef);
      if (!group && visited.size === 1) {
        return {
          users: [],
          unresolved: `Group ${teamRef} is not in the catalog: add it, with the annotation ${LEAD_ANNOTATION}.`,
        };
      }
      const leads: string[] = group ? await this.#leadsOf(group) : [];
      const users = leads.filter(ref => ref !== requester);
      if (users.length > 0) {
        return { users };
      }
      requesterLeads ||= leads.includes(requester);
      groupRef = group && this.#parentOf(group);
    }
    return {
      users: [],
      unresolved: requesterLeads
        ? `The requester leads group ${team} and no group above it has another lead: set the annotation ${LEAD_ANNOTATION} on its parent.`
        : `Group ${team} has no lead: set the annotation ${LEAD_ANNOTATION} on it.`,
    };
  }

  /** Leads that exist: a misspelt one would never decide. */
  async #leadsOf(group: Entity): Promise<string[]> {
    const annotation = group.metadata.annotations?.[LEAD_ANNOTATION] ?? '';
    const named = annotation
      .split(',')
      .map(ref => toRef(ref, 'user'))
      .filter((ref): ref is string => isRefOf(ref, 'user'));
    const refs = [...named, ...targets(group, LEAD_RELATIONS, 'user')];
    const existing: string[] = [];
    for (const ref of new Set(refs)) {
      if (await this.#read(ref)) {
        existing.push(ref);
      }
    }
    return existing;
  }

  #parentOf(group: Entity): string | undefined {
    const [related] = targets(group, [RELATION_CHILD_OF], 'group');
    const parent = group.spec?.parent;
    return (
      related ??
      (typeof parent === 'string' ? toRef(parent, 'group') : undefined)
    );
  }

  #read(ref: string): Promise<Entity | undefined> {
    const known = this.#entities.get(ref);
    if (known) {
      return known;
    }
    const entity = this.#auth
      .getOwnServiceCredentials()
      .then(credentials => this.#catalog.getEntityByRef(ref, { credentials }));
    this.#entities.set(ref, entity);
    return entity;
  }
}
