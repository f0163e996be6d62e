import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button, SearchField } from '@backstage/ui';
import { RiFilterOffLine } from '@remixicon/react';
import { Choice, useDelayedText } from '@self-service/plugin-approvals';
import { resourceStatusSchema } from '@self-service/plugin-runs-common';
import { resourcesTranslationRef } from '../resourcesTranslation';
import classes from './resources.module.css';
import { ResourceFilters } from './useResourceFilters';

/** Fields that narrow a list of resources down. */
export function ResourceFilterBar(props: {
  /** Kinds to choose from. */
  kinds: string[];
  filters: ResourceFilters;
  isFiltered: boolean;
  onChange: (changes: Partial<ResourceFilters>) => void;
  onClear: () => void;
}) {
  const { filters, onChange } = props;
  const { t } = useTranslationRef(resourcesTranslationRef);
  const [text, setText] = useDelayedText(filters.text ?? '', value =>
    onChange({ text: value }),
  );
  return (
    <div role="search" aria-label={t('filters.what')} className={classes.bar}>
      <SearchField
        className={classes.search}
        aria-label={t('filters.text')}
        placeholder={t('filters.text')}
        size="small"
        maxLength={200}
        value={text}
        onChange={setText}
      />
      <Choice
        label={t('filters.kind')}
        every={t('filters.everyKind')}
        options={props.kinds.map(id => ({ id, label: id }))}
        value={filters.kind}
        onChange={kind => onChange({ kind })}
      />
      <Choice
        label={t('list.status')}
        every={t('filters.everyStatus')}
        options={resourceStatusSchema.options.map(id => ({
          id,
          label: t(`status.${id}`),
        }))}
        value={filters.status}
        onChange={status =>
          onChange({ status: resourceStatusSchema.safeParse(status).data })
        }
      />
      {props.isFiltered && (
        <Button
          variant="tertiary"
          size="small"
          iconStart={<RiFilterOffLine />}
          onPress={props.onClear}
        >
          {t('filters.clear')}
        </Button>
      )}
    </div>
  );
}
