import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Select } from '@backstage/ui';
import {
  ListQuery,
  RequestStatus,
  requestStatusSchema,
} from '@self-service/plugin-approvals-common';
import { useState } from 'react';
import { approvalsTranslationRef } from '../../translation';
import { PageContent } from '../../ui';
import { ApprovalsTabs } from '../ApprovalsTabs';
import { RequestList } from './RequestList';

type View = NonNullable<ListQuery['view']>;

const EVERY_STATUS = 'every';

function StatusFilter(props: {
  status: RequestStatus | undefined;
  onChange: (status: RequestStatus | undefined) => void;
}) {
  const { t } = useTranslationRef(approvalsTranslationRef);
  return (
    <div style={{ width: '12rem' }}>
      <Select
        aria-label={t('list.filter')}
        options={[
          { id: EVERY_STATUS, label: t('list.everyStatus') },
          ...requestStatusSchema.options.map(status => ({
            id: status,
            label: t(`requestStatus.${status}`),
          })),
        ]}
        value={props.status ?? EVERY_STATUS}
        onChange={key =>
          props.onChange(requestStatusSchema.safeParse(key).data)
        }
      />
    </div>
  );
}

/** The lists of requests, one tab a view. */
export function RequestListPage(props: { view: View }) {
  const [status, setStatus] = useState<RequestStatus>();
  const filtered = props.view === 'all' ? status : undefined;
  return (
    <PageContent>
      <div
        style={{
          display: 'flex',
          flexWrap: 'wrap',
          justifyContent: 'space-between',
          alignItems: 'center',
          gap: 'var(--bui-space-2)',
          paddingBlock: 'var(--bui-space-2) var(--bui-space-4)',
        }}
      >
        <ApprovalsTabs />
        {props.view === 'all' && (
          <StatusFilter status={status} onChange={setStatus} />
        )}
      </div>
      <RequestList
        key={`${props.view} ${filtered}`}
        view={props.view}
        status={filtered}
      />
    </PageContent>
  );
}
