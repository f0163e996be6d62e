import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Text } from '@backstage/ui';
import { SafeLink, StatusChip } from '@self-service/plugin-approvals';
import { ResourcePart } from '@self-service/plugin-runs-common';
import { resourcesTranslationRef } from '../resourcesTranslation';
import classes from './resources.module.css';
import { PART_TONES, toShortName } from './words';

/** What a resource consists of outside, with links to it. */
export function PartList(props: { parts: ResourcePart[] }) {
  const { t } = useTranslationRef(resourcesTranslationRef);
  if (props.parts.length === 0) {
    return <Text color="secondary">{t('parts.none')}</Text>;
  }
  return (
    <ul className={classes.parts} aria-label={t('parts.title')}>
      {props.parts.map(part => (
        <li key={part.effectId} className={classes.part}>
          <span className={classes.partName}>
            {part.url ? (
              <SafeLink url={part.url}>{toShortName(part.name)}</SafeLink>
            ) : (
              <span>{toShortName(part.name)}</span>
            )}
            <span className={classes.secondary}>
              {part.kind} · {part.provider}
            </span>
          </span>
          <StatusChip
            tone={PART_TONES[part.status]}
            label={t(`partStatus.${part.status}`)}
          />
        </li>
      ))}
    </ul>
  );
}
