import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  ListQuery,
  listQuerySchema,
  requestStatusSchema,
} from '@self-service/plugin-approvals-common';
import { approvalsTranslationRef } from '../../translation';
import { Choice, FilterBar } from '../../ui';
import { useEnvironments } from './useEnvironments';
import { RequestFilters } from './useRequestFilters';
import { useTeams } from './useTeams';

type Change = (changes: Partial<RequestFilters>) => void;

const RISKS = listQuerySchema.shape.risk.unwrap().options;

/** Fields that narrow a list of requests down. */
export function RequestFilterBar(props: {
  view: NonNullable<ListQuery['view']>;
  filters: RequestFilters;
  isFiltered: boolean;
  onChange: Change;
  onClear: () => void;
}) {
  const { filters, onChange } = props;
  const { t } = useTranslationRef(approvalsTranslationRef);
  const environments = useEnvironments();
  const teams = useTeams();
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
        label={t('list.environment')}
        every={t('filters.everyEnvironment')}
        options={environments.map(id => ({ id, label: id }))}
        value={filters.environment}
        onChange={environment => onChange({ environment })}
      />
      <Choice
        label={t('list.risk')}
        every={t('filters.everyRisk')}
        options={RISKS.map(id => ({ id, label: t(`risk.${id}`) }))}
        value={filters.risk}
        onChange={risk =>
          onChange({ risk: RISKS.find(known => known === risk) })
        }
      />
      {props.view === 'all' && (
        <Choice
          label={t('list.status')}
          every={t('filters.everyStatus')}
          options={requestStatusSchema.options.map(id => ({
            id,
            label: t(`requestStatus.${id}`),
          }))}
          value={filters.status}
          onChange={status =>
            onChange({ status: requestStatusSchema.safeParse(status).data })
          }
        />
      )}
      <Choice
        label={t('filters.team')}
        every={t('filters.everyTeam')}
        options={teams}
        value={filters.team}
        onChange={team => onChange({ team })}
      />
    </FilterBar>
  );
}
