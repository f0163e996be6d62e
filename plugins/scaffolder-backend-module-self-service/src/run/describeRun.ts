import {
  parseEntityRef,
  RELATION_MEMBER_OF,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import { JsonObject, JsonValue } from '@backstage/types';
import {
  deriveFacts,
  listAffectedEntities,
  ResourceFacts,
  selfServiceSpecSchema,
} from '@self-service/plugin-approvals-common';
import { RegisterRun } from '@self-service/plugin-runs-common';
import { RunContext } from './RunContext';

/** Kinds of entities that a run can be about; people and teams are not. */
const SUBJECT_KINDS = new Set([
  'api',
  'component',
  'domain',
  'resource',
  'system',
]);

const ENTITY_REF = /^[a-z]+:([\w.-]+\/)?[\w.-]+$/i;

function toSubject(value: JsonValue | undefined): string[] {
  if (typeof value !== 'string' || !ENTITY_REF.test(value)) {
    return [];
  }
  const ref = parseEntityRef(value);
  return SUBJECT_KINDS.has(ref.kind.toLowerCase())
    ? [stringifyEntityRef(ref)]
    : [];
}

/**
 * Finds the entities of the catalog that parameters name, as
 * `kind:namespace/name`, in a text or a list of texts.
 *
 * @returns entity refs, without duplicates
 */
export function findEntityRefs(parameters: JsonObject): string[] {
  const refs = Object.values(parameters)
    .flatMap(value => (Array.isArray(value) ? value : [value]))
    .flatMap(toSubject);
  return [...new Set(refs)];
}

/**
 * What the runs backend keeps of a run, from its template's declaration, its
 * parameters and its requester.
 *
 * @param resource - what the server knows of the resource that it is about
 * @remarks
 * A declaration that can't be read is left out here: the gate has such a run
 * denied.
 */
export function describeRun(
  run: RunContext,
  resource?: ResourceFacts,
): Omit<RegisterRun, 'authorised' | 'secretNames'> {
  const { parameters, requester } = run;
  const templateRef = run.action.templateInfo?.entityRef;
  const { data: selfService } = selfServiceSpecSchema.safeParse(
    run.selfService,
  );
  const relations = run.action.user?.entity?.relations ?? [];
  const teams = relations
    .filter(({ type }) => type === RELATION_MEMBER_OF)
    .map(({ targetRef }) => targetRef);
  const { team } = deriveFacts({
    templateRef: templateRef ?? '',
    selfService,
    parameters,
    requester: { ref: requester, teams },
    resource,
  });
  const entityRefs = [
    ...findEntityRefs(parameters),
    ...listAffectedEntities(selfService, parameters).flatMap(toSubject),
  ];
  return {
    templateRef,
    requester,
    team,
    onFailure: selfService?.onFailure,
    holdHours: selfService?.holdHours,
    entityRefs: [...new Set(entityRefs)],
  };
}
