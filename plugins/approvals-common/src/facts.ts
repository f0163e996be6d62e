import {
  DEFAULT_NAMESPACE,
  parseEntityRef,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import { JsonObject, JsonValue } from '@backstage/types';
import { SelfServiceSpec } from './selfServiceSpec';

/**
 * What a run is about, derived on the server from the template's
 * declaration, the run's parameters and the catalog; the `request` part of
 * the policy input. A fact that cannot be derived is left out, and the policy
 * denies what it misses.
 *
 * @public
 */
export interface Facts {
  /** Entity ref of the template. */
  template: string;
  operation?: string;
  environment?: string;
  /** Per month, in the currency of the policy data. */
  monthlyCost?: number;
  /** Entity ref of the owning group. */
  team?: string;
  /** Entity refs of every group concerned, sorted, `team` among them. */
  affectedTeams: string[];
  requester: { ref?: string; teams: string[] };
  parameters: JsonObject;
}

/**
 * The policy input of the contract: facts plus the time of the question.
 *
 * @public
 */
export interface PolicyInput {
  /** `YYYY-MM-DDTHH:MM:SSZ`. */
  now: string;
  request: Facts;
}

/**
 * Renders a time as the policy contract wants it: UTC, whole seconds.
 *
 * @public
 */
export function toPolicyTime(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

function groupRef(value: JsonValue | undefined): string | undefined {
  if (typeof value !== 'string' || value === '') {
    return undefined;
  }
  try {
    const ref = parseEntityRef(value, {
      defaultKind: 'group',
      defaultNamespace: DEFAULT_NAMESPACE,
    });
    return ref.kind.toLowerCase() === 'group'
      ? stringifyEntityRef(ref)
      : undefined;
  } catch {
    return undefined;
  }
}

function read(
  source: string | { parameter: string } | undefined,
  parameters: JsonObject,
): JsonValue | undefined {
  return typeof source === 'object' ? parameters[source.parameter] : source;
}

function readString(
  source: string | { parameter: string } | undefined,
  parameters: JsonObject,
): string | undefined {
  const value = read(source, parameters);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function readCost(
  cost: SelfServiceSpec['cost'],
  parameters: JsonObject,
): number | undefined {
  if (typeof cost !== 'object') {
    return cost;
  }
  const key = parameters[cost.parameter];
  return (typeof key === 'string' || typeof key === 'number') &&
    Object.hasOwn(cost.monthly, String(key))
    ? cost.monthly[String(key)]
    : undefined;
}

/** An estimate never stands in for a cost that was not declared. */
function higher(
  declared: number | undefined,
  estimated: number | undefined,
): number | undefined {
  return declared !== undefined && estimated !== undefined
    ? Math.max(declared, estimated)
    : declared;
}

function readAffected(
  selfService: SelfServiceSpec | undefined,
  parameters: JsonObject,
): (JsonValue | undefined)[] {
  const declared = Array.isArray(selfService?.affects)
    ? selfService.affects
    : read(selfService?.affects, parameters) ?? [];
  return Array.isArray(declared) ? declared : [declared];
}

function entityRef(value: JsonValue | undefined): string | undefined {
  if (typeof value !== 'string' || !value.includes(':')) {
    return undefined;
  }
  try {
    return stringifyEntityRef(parseEntityRef(value));
  } catch {
    return undefined;
  }
}

/**
 * The catalog entities that a run affects and whose owners count as affected
 * teams: what `affects` names with another kind than `group`.
 *
 * @returns entity refs, without duplicates
 * @public
 */
export function listAffectedEntities(
  selfService: SelfServiceSpec | undefined,
  parameters: JsonObject,
): string[] {
  const refs = readAffected(selfService, parameters)
    .filter(value => groupRef(value) === undefined)
    .map(entityRef)
    .filter((ref): ref is string => ref !== undefined);
  return [...new Set(refs)];
}

/**
 * Which resource a run is about: the one of this id, or the one with this
 * secret.
 *
 * @public
 */
export type ResourceReference = { id: string } | { secret: string };

/**
 * What the server knows of the resource that a run is about; no form has a say
 * in it.
 *
 * @public
 */
export interface ResourceFacts {
  /** What people call it. */
  name?: string;
  environment?: string;
  monthlyCost?: number;
  /** Entity ref of the owning group. */
  team?: string;
}

/**
 * The resource that a run is about.
 *
 * @returns `undefined` where its template declares none, and `'unnamed'` where
 * the parameter that should name it does not
 * @public
 */
export function readResourceReference(
  selfService: SelfServiceSpec | undefined,
  parameters: JsonObject,
): ResourceReference | 'unnamed' | undefined {
  const declared = selfService?.resource;
  if (!declared) {
    return undefined;
  }
  const value = readString({ parameter: declared.parameter }, parameters);
  if (value === undefined) {
    return 'unnamed';
  }
  return declared.by === 'secret' ? { secret: value } : { id: value };
}

/** The team: of the resource, as declared, or else the requester's first. */
function readTeam(options: {
  selfService?: SelfServiceSpec;
  parameters: JsonObject;
  requester: { teams: string[] };
  resource?: ResourceFacts;
}): string | undefined {
  const { selfService, parameters, requester, resource } = options;
  if (selfService?.resource) {
    return resource?.team;
  }
  return selfService?.team === undefined
    ? requester.teams[0]
    : groupRef(read(selfService.team, parameters));
}

/**
 * Derives the facts of a run. Pure: the same arguments give the same facts,
 * so that preview and gate can't differ.
 *
 * @param options.templateRef - entity ref of the template
 * @param options.selfService - the template's declaration, or what
 * `approvals.undeclared` says for a template without one; `undefined` where
 * neither exists, which leaves operation, environment and cost unknown
 * @param options.parameters - the run's parameters as submitted
 * @param options.requester - who asks, with their group refs from the catalog
 * @param options.owners - owning groups of each of {@link listAffectedEntities}
 * @param options.resource - what the server knows of the resource that
 * {@link readResourceReference} names; a run about one that is not known has
 * neither team nor environment, and policy denies it
 * @param options.estimatedMonthlyCost - what the plan is estimated to cost; the
 * higher one of it and the declared cost counts
 * @public
 */
export function deriveFacts(options: {
  templateRef: string;
  selfService?: SelfServiceSpec;
  parameters: JsonObject;
  requester: { ref?: string; teams: string[] };
  owners?: Record<string, readonly string[]>;
  resource?: ResourceFacts;
  estimatedMonthlyCost?: number;
}): Facts {
  const { templateRef, selfService, parameters, requester, owners } = options;
  const isAboutResource = selfService?.resource !== undefined;
  const resource = isAboutResource ? options.resource : undefined;
  const team = readTeam(options);
  const affected = readAffected(selfService, parameters).flatMap(value => {
    const group = groupRef(value);
    const owning = group ? [group] : owners?.[entityRef(value) ?? ''] ?? [];
    // A team that can't be read, and an entity without an owner, stay as an
    // empty text, for the policy to refuse.
    return owning.length > 0 ? owning : [''];
  });
  const declaredCost =
    selfService?.cost === undefined
      ? resource?.monthlyCost
      : readCost(selfService.cost, parameters);
  return {
    template: templateRef,
    operation: selfService?.operation,
    environment: isAboutResource
      ? resource?.environment
      : readString(selfService?.environment, parameters),
    monthlyCost: higher(declaredCost, options.estimatedMonthlyCost),
    team,
    affectedTeams: [...new Set(team ? [...affected, team] : affected)].sort(),
    requester,
    parameters,
  };
}
