import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { ToggleButton, ToggleButtonGroup } from '@backstage/ui';
import { Choice, FilterBar } from '@self-service/plugin-approvals';
import { RunFilter, runStatusSchema } from '@self-service/plugin-runs-common';
import { runsTranslationRef } from '../translation';
import { RunFilters } from './useRunFilters';
import { useTemplates } from './useTemplates';

/** Whose runs to list. */
export function ScopeChoice(props: {
  scope: RunFilter['scope'];
  scopes: RunFilter['scope'][];
  onChange: (scope: RunFilter['scope']) => void;
}) {
  const { t } = useTranslationRef(runsTranslationRef);
  return (
    <ToggleButtonGroup
      aria-label={t('list.whose')}
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[props.scope]}
      onSelectionChange={keys =>
        props.onChange(
          props.scopes.find(scope => keys.has(scope)) ?? props.scope,
        )
      }
    >
      {props.scopes.map(scope => (
        <ToggleButton key={scope} id={scope}>
          {t(`list.${scope}`)}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}

/** Fields that narrow a list of runs down. */
export function RunFilterBar(props: {
  filters: RunFilters;
  isFiltered: boolean;
  onChange: (changes: Partial<RunFilters>) => void;
  onClear: () => void;
}) {
  const { filters, onChange } = props;
  const { t } = useTranslationRef(runsTranslationRef);
  const templates = useTemplates();
  return (
    <FilterBar
      label={t('list.filters')}
      textLabel={t('list.text')}
      text={filters.text}
      onTextChange={text => onChange({ text })}
      isFiltered={props.isFiltered}
      clearLabel={t('list.clear')}
      onClear={props.onClear}
      atEnd
    >
      <Choice
        label={t('list.status')}
        every={t('list.everyStatus')}
        options={runStatusSchema.options.map(id => ({
          id,
          label: t(`runStatus.${id}`),
        }))}
        value={filters.status}
        onChange={status =>
          onChange({ status: runStatusSchema.safeParse(status).data })
        }
      />
      <Choice
        label={t('list.template')}
        every={t('list.everyTemplate')}
        options={templates}
        value={filters.templateRef}
        onChange={templateRef => onChange({ templateRef })}
      />
    </FilterBar>
  );
}
