import { Entity, stringifyEntityRef } from '@backstage/catalog-model';
import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { useEntity } from '@backstage/plugin-catalog-react';
import { ButtonLink } from '@backstage/ui';
import { LoadFailure, Section } from '@self-service/plugin-approvals';
import { ENTITY_PARAMETER } from '../form/origin';
import { formTranslationRef } from '../formTranslation';
import { selectedTemplateRouteRef } from '../routes';
import { StatisticsLine } from '../templates/StatisticsLine';
import classes from './EntityTemplates.module.css';
import { OfferedTemplate, useOfferedTemplates } from './useOfferedTemplates';

function OfferRow(props: { offer: OfferedTemplate; entity: Entity }) {
  const { t } = useTranslationRef(formTranslationRef);
  const templateLink = useRouteRef(selectedTemplateRouteRef);
  const { templateRef, namespace, name, title, description } = props.offer;
  const search = new URLSearchParams({
    [ENTITY_PARAMETER]: stringifyEntityRef(props.entity),
  });
  return (
    <li className={classes.offer}>
      <div>
        <strong>{title}</strong>
        {description && <p className={classes.description}>{description}</p>}
        <StatisticsLine templateRef={templateRef} />
      </div>
      {templateLink && (
        <ButtonLink
          size="small"
          variant="secondary"
          href={`${templateLink({ namespace, templateName: name })}?${search}`}
          aria-label={t('entity.openLabel', { template: title })}
        >
          {t('entity.open')}
        </ButtonLink>
      )}
    </li>
  );
}

/**
 * On the page of an entity: the templates that can be used on it, with the
 * entity filled in. Nothing where there are none.
 */
export function EntityTemplates() {
  const { t } = useTranslationRef(formTranslationRef);
  const { entity } = useEntity();
  const { value, error, askAgain } = useOfferedTemplates(entity);
  if (error) {
    return (
      <LoadFailure what={t('entity.what')} error={error} onRetry={askAgain} />
    );
  }
  return value && value.length > 0 ? (
    <Section title={t('entity.title')}>
      <ul className={classes.offers}>
        {value.map(offer => (
          <OfferRow key={offer.templateRef} offer={offer} entity={entity} />
        ))}
      </ul>
    </Section>
  ) : (
    <></>
  );
}
