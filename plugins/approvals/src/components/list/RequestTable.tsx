import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  Cell,
  CellText,
  ColumnConfig,
  Table,
  TablePaginationProps,
} from '@backstage/ui';
import {
  ApprovalRequest,
  ListQuery,
} from '@self-service/plugin-approvals-common';
import { useMemo } from 'react';
import { requestRouteRef } from '../../routes';
import { ApprovalsTexts, approvalsTranslationRef } from '../../translation';
import { EntityName, RelativeTime } from '../../ui';
import { DueTime, RequestStatusChip, RiskChip } from '../chips';
import { formatCost } from '../words';
import classes from './RequestTable.module.css';

function Why(props: { request: ApprovalRequest; t: ApprovalsTexts }) {
  const [first, ...others] = props.request.decision.explanations;
  return (
    <span className={classes.why} title={[first, ...others].join('\n')}>
      {first ?? '–'}
      {others.length > 0 && (
        <em> {props.t('list.more', { count: others.length })}</em>
      )}
    </span>
  );
}

function makeColumns(
  t: ApprovalsTexts,
  view: ListQuery['view'],
): ColumnConfig<ApprovalRequest>[] {
  return [
    {
      id: 'request',
      label: t('list.request'),
      isRowHeader: true,
      cell: request => (
        <Cell>
          <span className={classes.request}>
            <strong>{request.title}</strong>
            <span className={classes.secondary}>
              {view !== 'mine' && (
                <>
                  <EntityName entityRef={request.requester} />
                  {' · '}
                </>
              )}
              <RelativeTime at={request.createdAt} />
            </span>
          </span>
        </Cell>
      ),
    },
    {
      id: 'environment',
      label: t('list.environment'),
      cell: request => (
        <CellText title={request.decision.facts.environment ?? '–'} />
      ),
    },
    {
      id: 'cost',
      label: t('list.cost'),
      cell: request => <CellText title={formatCost(request) ?? '–'} />,
    },
    {
      id: 'risk',
      label: t('list.risk'),
      cell: request => (
        <Cell>
          <RiskChip request={request} />
        </Cell>
      ),
    },
    {
      id: 'why',
      label: t('list.why'),
      cell: request => (
        <Cell>
          <Why request={request} t={t} />
        </Cell>
      ),
    },
    {
      id: 'due',
      label: t('list.due'),
      isHidden: view === 'all',
      cell: request => (
        <Cell>
          <DueTime request={request} />
        </Cell>
      ),
    },
    {
      id: 'status',
      label: t('list.status'),
      isHidden: view === 'inbox',
      cell: request => (
        <Cell>
          <RequestStatusChip status={request.status} />
        </Cell>
      ),
    },
  ];
}

/** Requests as a table; a row leads to the request's page. */
export function RequestTable(props: {
  requests: ApprovalRequest[];
  view: NonNullable<ListQuery['view']>;
  pagination: Pick<
    TablePaginationProps,
    | 'offset'
    | 'pageSize'
    | 'totalCount'
    | 'hasNextPage'
    | 'hasPreviousPage'
    | 'onNextPage'
    | 'onPreviousPage'
  >;
}) {
  const { t } = useTranslationRef(approvalsTranslationRef);
  const requestLink = useRouteRef(requestRouteRef);
  const columns = useMemo(() => makeColumns(t, props.view), [t, props.view]);
  const { pagination } = props;
  const hasPages = pagination.hasNextPage || pagination.hasPreviousPage;
  return (
    <div className={classes.scroll}>
      <Table
        columnConfig={columns}
        data={props.requests}
        rowConfig={{
          getHref: request => requestLink?.({ requestId: request.id }),
        }}
        pagination={
          hasPages
            ? { ...pagination, type: 'page', showPageSizeOptions: false }
            : { type: 'none' }
        }
      />
    </div>
  );
}
