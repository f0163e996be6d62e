import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Select, ToggleButton, ToggleButtonGroup } from '@backstage/ui';
import { PageContent } from '@self-service/plugin-approvals';
import { RunStatus } from '@self-service/plugin-runs-common';
import { useState } from 'react';
import { runsTranslationRef } from '../translation';
import { RunList } from './RunList';

/** The statuses that a list can tell: rollback is known to a run's page only. */
const LISTED: RunStatus[] = [
  'queued',
  'running',
  'waiting',
  'needs-attention',
  'completed',
  'failed',
  'cancelled',
];
const EVERY_STATUS = 'every';

/** The list of runs, in place of the stock one. */
export function RunListPage() {
  const { t } = useTranslationRef(runsTranslationRef);
  const [ownership, setOwnership] = useState<'owned' | 'all'>('owned');
  const [status, setStatus] = useState<RunStatus>();
  return (
    <PageContent>
      <div
        style={{
          display: 'flex',
          flexWrap: 'wrap',
          justifyContent: 'space-between',
          gap: 'var(--bui-space-2)',
          paddingBlock: 'var(--bui-space-3) var(--bui-space-4)',
        }}
      >
        <ToggleButtonGroup
          aria-label={t('list.whose')}
          selectionMode="single"
          disallowEmptySelection
          selectedKeys={[ownership]}
          onSelectionChange={keys =>
            setOwnership(keys.has('all') ? 'all' : 'owned')
          }
        >
          <ToggleButton id="owned">{t('list.mine')}</ToggleButton>
          <ToggleButton id="all">{t('list.all')}</ToggleButton>
        </ToggleButtonGroup>
        <div style={{ width: '12rem' }}>
          <Select
            aria-label={t('list.filter')}
            options={[
              { id: EVERY_STATUS, label: t('list.everyStatus') },
              ...LISTED.map(id => ({ id, label: t(`runStatus.${id}`) })),
            ]}
            value={status ?? EVERY_STATUS}
            onChange={key => setStatus(LISTED.find(listed => listed === key))}
          />
        </div>
      </div>
      <RunList
        key={`${ownership} ${status}`}
        ownership={ownership}
        status={status}
      />
    </PageContent>
  );
}
