import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  Button,
  SearchField,
  ToggleButton,
  ToggleButtonGroup,
} from '@backstage/ui';
import { RiFilterOffLine } from '@remixicon/react';
import { Choice, useDelayedText } from '@self-service/plugin-approvals';
import { RunFilter, runStatusSchema } from '@self-service/plugin-runs-common';
import { runsTranslationRef } from '../translation';
import classes from './RunFilterBar.module.css';
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
  const [text, setText] = useDelayedText(filters.text ?? '', value =>
    onChange({ text: value }),
  );
  return (
    <div role="search" aria-label={t('list.filters')} className={classes.bar}>
      <SearchField
        className={classes.search}
        aria-label={t('list.text')}
        placeholder={t('list.text')}
        size="small"
        maxLength={200}
        value={text}
        onChange={setText}
      />
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
      {props.isFiltered && (
        <Button
          variant="tertiary"
          size="small"
          iconStart={<RiFilterOffLine />}
          onPress={props.onClear}
        >
          {t('list.clear')}
        </Button>
      )}
    </div>
  );
}
