import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Link } from '@backstage/ui';
import {
  EntityName,
  EntityNames,
  FactList,
  RelativeTime,
} from '@self-service/plugin-approvals';
import { Resource } from '@self-service/plugin-runs-common';
import { resourcesTranslationRef } from '../resourcesTranslation';
import { runRouteRef } from '../routes';
import { EndTime } from './chips';
import { formatMoney } from './words';

/**
 * What is known of a resource beside its kind and name; unknown facts are left
 * out.
 */
export function ResourceFacts(props: { resource: Resource }) {
  const { t } = useTranslationRef(resourcesTranslationRef);
  const runLink = useRouteRef(runRouteRef);
  const { resource } = props;
  const { team, requester, templateRef, entityRefs, status } = resource;
  const cost = formatMoney(resource.monthlyCost, resource.currency);
  return (
    <FactList
      facts={[
        [t('resource.environment'), resource.environment],
        [
          t('resource.team'),
          team && <EntityName entityRef={team} defaultKind="group" />,
        ],
        [t('resource.cost'), cost && t('resource.costValue', { cost })],
        [
          t('resource.until'),
          status === 'removed' ? undefined : <EndTime resource={resource} />,
        ],
        [
          t('resource.askedBy'),
          requester && <EntityName entityRef={requester} />,
        ],
        [t('resource.created'), <RelativeTime at={resource.createdAt} />],
        [
          t('resource.about'),
          entityRefs.length > 0 ? (
            <EntityNames entityRefs={entityRefs} defaultKind="resource" />
          ) : undefined,
        ],
        [
          t('resource.template'),
          templateRef && (
            <EntityName entityRef={templateRef} defaultKind="template" />
          ),
        ],
        [
          t('resource.run'),
          runLink && (
            <Link href={runLink({ taskId: resource.id })}>
              {t('resource.openRun')}
            </Link>
          ),
        ],
      ]}
    />
  );
}
