import { stringifyEntityRef } from '@backstage/catalog-model';
import { useApi } from '@backstage/frontend-plugin-api';
import { catalogApiRef } from '@backstage/plugin-catalog-react';
import { useEffect, useState } from 'react';

/** A template to choose runs by. */
export interface TemplateChoice {
  /** Entity ref of the template. */
  id: string;
  label: string;
}

const MOST_TEMPLATES = 500;

/**
 * The templates of the catalog by their titles, at most 500; none as long as
 * they are not known, or if the catalog cannot be asked.
 */
export function useTemplates(): TemplateChoice[] {
  const catalogApi = useApi(catalogApiRef);
  const [templates, setTemplates] = useState<TemplateChoice[]>([]);
  useEffect(() => {
    let isGone = false;
    const show = (choices: TemplateChoice[]) => {
      if (!isGone) {
        setTemplates(choices);
      }
    };
    catalogApi
      .queryEntities({
        filter: { kind: 'Template' },
        fields: ['kind', 'metadata'],
        limit: MOST_TEMPLATES,
        orderFields: { field: 'metadata.title', order: 'asc' },
      })
      .then(
        ({ items }) =>
          show(
            items.map(entity => ({
              id: stringifyEntityRef(entity),
              label: entity.metadata.title ?? entity.metadata.name,
            })),
          ),
        // The list does not depend on it: it goes on without this choice.
        () => undefined,
      );
    return () => {
      isGone = true;
    };
  }, [catalogApi]);
  return templates;
}
