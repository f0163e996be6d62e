import { stringifyEntityRef } from '@backstage/catalog-model';
import {
  useAnalytics,
  useTranslationRef,
} from '@backstage/frontend-plugin-api';
import {
  FavoriteEntity,
  getEntityRelations,
} from '@backstage/plugin-catalog-react';
import { usePermission } from '@backstage/plugin-permission-react';
import { TemplateEntityV1beta3 } from '@backstage/plugin-scaffolder-common';
import { MarkdownContent } from '@backstage/core-components';
import { Button, Card } from '@backstage/ui';
import { EntityNames, SafeLink } from '@self-service/plugin-approvals';
import { useId } from 'react';
import { formTranslationRef } from '../formTranslation';
import { StatisticsLine } from './StatisticsLine';
import { createRunPermission } from './stockCard';
import classes from './templates.module.css';

/** What the list of templates hands to a card. */
export interface TemplateCardProps {
  template: TemplateEntityV1beta3;
  additionalLinks?: { text: string; url: string }[];
  onSelected?: () => void;
}

/**
 * A template in the list, as the stock card shows it, with how long its runs
 * take and how many of them succeed.
 */
export function TemplateCard(props: TemplateCardProps) {
  const { t } = useTranslationRef(formTranslationRef);
  const analytics = useAnalytics();
  const { allowed } = usePermission({ permission: createRunPermission });
  const titleId = useId();
  const { template, additionalLinks = [], onSelected } = props;
  const { name, title, description, tags = [], links = [] } = template.metadata;
  const owners = getEntityRelations(template, 'ownedBy').map(
    stringifyEntityRef,
  );
  const furtherLinks = links.map(link => ({
    text: link.title ?? link.url,
    url: link.url,
  }));
  return (
    <Card role="article" aria-labelledby={titleId} className={classes.card}>
      <div className={classes.head}>
        <div>
          <span className={classes.type}>{template.spec.type}</span>
          <h3 id={titleId} className={classes.title}>
            {title ?? name}
          </h3>
        </div>
        <FavoriteEntity entity={template} style={{ padding: 0 }} />
      </div>
      <MarkdownContent
        className={classes.description}
        content={description ?? t('card.noDescription')}
      />
      <StatisticsLine templateRef={stringifyEntityRef(template)} />
      {tags.length > 0 && (
        <ul aria-label={t('card.tags')} className={classes.tags}>
          {tags.map(tag => (
            <li key={tag}>{tag}</li>
          ))}
        </ul>
      )}
      {[...additionalLinks, ...furtherLinks].map(({ text, url }) => (
        <div key={url}>
          <SafeLink url={url}>{text}</SafeLink>
        </div>
      ))}
      <div className={classes.foot}>
        <span className={classes.owner}>
          {owners.length > 0 && (
            <>
              {t('card.owner')}{' '}
              <EntityNames entityRefs={owners} defaultKind="group" />
            </>
          )}
        </span>
        {allowed && (
          <Button
            size="small"
            variant="secondary"
            aria-describedby={titleId}
            onPress={() => {
              analytics.captureEvent('click', 'Template has been opened');
              onSelected?.();
            }}
          >
            {t('card.choose')}
          </Button>
        )}
      </div>
    </Card>
  );
}
