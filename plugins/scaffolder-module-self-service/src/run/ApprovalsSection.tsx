import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Link, Text } from '@backstage/ui';
import {
  EntityName,
  Explanations,
  LoadFailure,
  RelativeTime,
  requestRouteRef,
  RequestStatusChip,
  Section,
  StatusChip,
} from '@self-service/plugin-approvals';
import {
  ApprovalRequest,
  RunApprovals,
  StoredDecision,
} from '@self-service/plugin-approvals-common';
import { runsTranslationRef } from '../translation';
import classes from './ApprovalsSection.module.css';
import { ShownRun } from './useRun';

/** One answer of policy, with the people who were asked because of it. */
export type ApprovalItem =
  | { at: string; request: ApprovalRequest }
  | { at: string; decision: StoredDecision };

/**
 * What policy and people have said of a run, oldest first. Pure.
 *
 * @remarks
 * A gate that runs again asks policy again: of the answers without a request
 * the newest of each gate is left.
 */
export function listApprovals(approvals: RunApprovals): ApprovalItem[] {
  const asked = new Set(approvals.requests.map(({ decision }) => decision.id));
  const newest = new Map<string, StoredDecision>();
  for (const decision of approvals.decisions) {
    const known = newest.get(decision.stepId);
    const isOwn =
      !asked.has(decision.id) &&
      decision.decision.outcome !== 'require-approval';
    if (isOwn && (!known || known.createdAt <= decision.createdAt)) {
      newest.set(decision.stepId, decision);
    }
  }
  const items: ApprovalItem[] = [
    ...[...newest.values()].map(decision => ({
      at: decision.createdAt,
      decision,
    })),
    ...approvals.requests.map(request => ({ at: request.createdAt, request })),
  ];
  return items.sort((left, right) => left.at.localeCompare(right.at));
}

/** Cards of their own say what is waited for, and why policy has said no. */
function isToldElsewhere(item: ApprovalItem, { status }: ShownRun): boolean {
  return 'request' in item
    ? status === 'waiting' && item.request.status === 'pending'
    : status === 'failed' && item.decision.decision.outcome === 'deny';
}

function Words(props: {
  text: string;
  by?: string;
  at?: string;
  comment?: string;
}) {
  return (
    <li>
      {props.text}
      {props.by && (
        <>
          {' '}
          <EntityName entityRef={props.by} />
        </>
      )}
      {props.at && (
        <>
          {', '}
          <RelativeTime at={props.at} />
        </>
      )}
      {props.comment && (
        <span className={classes.comment}>“{props.comment}”</span>
      )}
    </li>
  );
}

function Request(props: { request: ApprovalRequest }) {
  const { t } = useTranslationRef(runsTranslationRef);
  const { request } = props;
  const requestLink = useRouteRef(requestRouteRef);
  const votes = request.stages.flatMap(stage => stage.votes);
  return (
    <>
      <RequestStatusChip status={request.status} />
      <ul className={classes.words}>
        {votes.map(({ id, verdict, voter, createdAt, comment }) => (
          <Words
            key={id}
            text={t(`approvals.${verdict}`)}
            by={voter}
            at={createdAt}
            comment={comment}
          />
        ))}
        {request.status === 'cancelled' && (
          <Words
            text={t(
              request.outcomeBy
                ? 'approvals.cancelledBy'
                : 'approvals.cancelled',
            )}
            by={request.outcomeBy}
            at={request.decidedAt}
            comment={request.outcomeComment}
          />
        )}
        {request.status === 'expired' && (
          <Words text={t('approvals.expired')} at={request.decidedAt} />
        )}
      </ul>
      {requestLink && (
        <Link href={requestLink({ requestId: request.id })}>
          {t('approvals.open')}
        </Link>
      )}
    </>
  );
}

function Decision(props: { decision: StoredDecision }) {
  const { t } = useTranslationRef(runsTranslationRef);
  const { decision } = props.decision;
  const isDenied = decision.outcome === 'deny';
  return (
    <>
      <StatusChip
        tone={isDenied ? 'failure' : 'success'}
        label={t(isDenied ? 'approvals.denied' : 'approvals.atOnce')}
      />
      {decision.reasons.length > 0 ? (
        <Explanations decision={decision} />
      ) : (
        <Text as="p" color="secondary">
          {t('approvals.noRule')}
        </Text>
      )}
    </>
  );
}

/** What policy and people have said of the run, with links to the requests. */
export function ApprovalsSection(props: {
  state: ShownRun;
  refresh: () => void;
}) {
  const { t } = useTranslationRef(runsTranslationRef);
  const { approvals, approvalsError } = props.state;
  const items = listApprovals(approvals).filter(
    item => !isToldElsewhere(item, props.state),
  );
  if (items.length === 0 && !approvalsError) {
    return <></>;
  }
  return (
    <Section title={t('approvals.title')}>
      {approvalsError && (
        <LoadFailure
          what={t('approvals.what')}
          error={approvalsError}
          onRetry={props.refresh}
        />
      )}
      <ul className={classes.items}>
        {items.map(item =>
          'request' in item ? (
            <li key={item.request.id} className={classes.item}>
              <Request request={item.request} />
            </li>
          ) : (
            <li key={item.decision.id} className={classes.item}>
              <Decision decision={item.decision} />
            </li>
          ),
        )}
      </ul>
    </Section>
  );
}
