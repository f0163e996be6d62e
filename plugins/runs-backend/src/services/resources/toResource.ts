import {
  Effect,
  Resource,
  ResourceAction,
  ResourcePart,
} from '@self-service/plugin-runs-common';
import { parseEntityRef } from '@backstage/catalog-model';
import { StoredResource } from '../../database/ResourceStore';

/** An effect as a part of a resource. */
export function toPart(effect: Effect): ResourcePart {
  const { id, capability, provider, kind, name, url, status } = effect;
  return { effectId: id, capability, provider, kind, name, url, status };
}

const NOT_YOURS =
  'Only the owning team, the platform team and who asked for it can do this.';
const UNKNOWN_FACTS =
  'Its environment or its team is not known, so that policy can not decide about it. Ask the platform team.';

/** Page of the form of a template, with the resource filled in. */
function toFormPath(templateRef: string, id: string): string {
  const { namespace, name } = parseEntityRef(templateRef);
  const path = [namespace, name].map(encodeURIComponent).join('/');
  return `/create/templates/${path}?resource=${encodeURIComponent(id)}`;
}

/** Why nothing of the kind can be done now; `undefined` where it can. */
function findObstacle(
  resource: StoredResource,
  verb: keyof Resource['actions'],
): string | undefined {
  const { status, environment, team } = resource;
  if (status === 'removed') {
    return 'It is removed.';
  }
  if (status === 'removing') {
    return 'It is being removed.';
  }
  if (status === 'remove-failed' && verb !== 'remove') {
    return 'A part of it may be removed already. Remove the rest.';
  }
  if (!resource.lifecycle[verb]) {
    return `Its template names none that can ${verb} it.`;
  }
  return environment === undefined || team === undefined
    ? UNKNOWN_FACTS
    : undefined;
}

/**
 * What somebody can do with a resource from the portal.
 *
 * @param isInCharge - whether a run of theirs may do it, policy aside
 */
function toResourceActions(
  resource: StoredResource,
  isInCharge: boolean,
): Resource['actions'] {
  const toAction = (verb: keyof Resource['actions']): ResourceAction => {
    const template = resource.lifecycle[verb];
    const reason =
      findObstacle(resource, verb) ?? (isInCharge ? undefined : NOT_YOURS);
    return {
      allowed: reason === undefined,
      ...(reason !== undefined && { reason }),
      ...(template && { formPath: toFormPath(template, resource.id) }),
    };
  };
  return {
    remove: toAction('remove'),
    change: toAction('change'),
    extend: toAction('extend'),
  };
}

/** A resource as people see it. */
export function toResource(
  resource: StoredResource,
  seen: {
    effects: readonly Effect[];
    entityRefs: string[];
    isInCharge: boolean;
    currency: string;
  },
): Resource {
  const { effects, entityRefs, isInCharge, currency } = seen;
  return {
    id: resource.id,
    title: resource.title,
    kind: resource.kind,
    name: resource.name,
    templateRef: resource.templateRef,
    requester: resource.requester,
    team: resource.team,
    environment: resource.environment,
    monthlyCost: resource.monthlyCost,
    currency: resource.monthlyCost === undefined ? undefined : currency,
    createdAt: resource.createdAt.toISOString(),
    expiresAt: resource.expiresAt?.toISOString(),
    status: resource.status,
    entityRefs,
    parts: effects.filter(({ status }) => status !== 'absent').map(toPart),
    actions: toResourceActions(resource, isInCharge),
  };
}
