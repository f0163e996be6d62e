import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Choice, FilterBar } from '@self-service/plugin-approvals';
import { resourceStatusSchema } from '@self-service/plugin-runs-common';
import { resourcesTranslationRef } from '../resourcesTranslation';
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
  return (
    <FilterBar
      label={t('filters.what')}
      textLabel={t('filters.text')}
      text={filters.text}
      onTextChange={text => onChange({ text })}
      isFiltered={props.isFiltered}
      clearLabel={t('filters.clear')}
      onClear={props.onClear}
    >
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
    </FilterBar>
  );
}
