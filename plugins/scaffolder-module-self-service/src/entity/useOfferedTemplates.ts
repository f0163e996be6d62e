import { Entity, stringifyEntityRef } from '@backstage/catalog-model';
import { useApi } from '@backstage/frontend-plugin-api';
import { catalogApiRef } from '@backstage/plugin-catalog-react';
import {
  SelfServiceSpec,
  selfServiceSpecSchema,
} from '@self-service/plugin-approvals-common';
import { Answer, useAnswer } from '../form/useAnswer';

const MOST_TEMPLATES = 100;

/** A template that can be used on an entity. */
export interface OfferedTemplate {
  /** Entity ref of the template. */
  templateRef: string;
  namespace: string;
  name: string;
  title: string;
  description?: string;
}

function isSame(one: string, other: unknown): boolean {
  return (
    typeof other === 'string' &&
    one.toLocaleLowerCase('en-US') === other.toLocaleLowerCase('en-US')
  );
}

/** Whether a template says that it can be used on an entity. Pure. */
function isOfferedOn(
  selfService: SelfServiceSpec | undefined,
  entity: Entity,
): boolean {
  return (selfService?.offeredOn ?? []).some(
    ({ kind, type }) =>
      isSame(kind, entity.kind) &&
      (type === undefined || isSame(type, entity.spec?.type)),
  );
}

function readOffer(template: Entity): OfferedTemplate {
  const { namespace = 'default', name, title, description } = template.metadata;
  return {
    templateRef: stringifyEntityRef(template),
    namespace,
    name,
    title: title ?? name,
    description,
  };
}

/** The templates that say in `spec.selfService.offeredOn` that they fit. */
export function useOfferedTemplates(entity: Entity): Answer<OfferedTemplate[]> {
  const catalogApi = useApi(catalogApiRef);
  return useAnswer(stringifyEntityRef(entity), async () => {
    const { items } = await catalogApi.queryEntities({
      filter: {
        kind: 'Template',
        'spec.selfService.offeredOn.kind': entity.kind,
      },
      orderFields: { field: 'metadata.title', order: 'asc' },
      limit: MOST_TEMPLATES,
    });
    return items
      .filter(template =>
        isOfferedOn(
          selfServiceSpecSchema.safeParse(template.spec?.selfService).data,
          entity,
        ),
      )
      .map(readOffer);
  });
}
