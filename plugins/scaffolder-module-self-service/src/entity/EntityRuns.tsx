import { stringifyEntityRef } from '@backstage/catalog-model';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { useEntity } from '@backstage/plugin-catalog-react';
import { VisuallyHidden } from '@backstage/ui';
import { useId } from 'react';
import { RunList } from '../list/RunList';
import { runsTranslationRef } from '../translation';

/** On the page of an entity: the runs that created or changed it. */
export function EntityRuns() {
  const { t } = useTranslationRef(runsTranslationRef);
  const titleId = useId();
  const { entity } = useEntity();
  const entityRef = stringifyEntityRef(entity);
  return (
    <section aria-labelledby={titleId}>
      <VisuallyHidden>
        <h2 id={titleId}>{t('list.entityTitle')}</h2>
      </VisuallyHidden>
      <RunList key={entityRef} filter={{ entityRef }} empty="entity" />
    </section>
  );
}
