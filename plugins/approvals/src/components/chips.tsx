import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  ApprovalRequest,
  RequestStatus,
  StageStatus,
} from '@self-service/plugin-approvals-common';
import { approvalsTranslationRef } from '../translation';
import { RelativeTime, StatusChip, useNow } from '../ui';
import {
  findDueTime,
  readRisk,
  REQUEST_TONES,
  RISK_TONES,
  STAGE_TONES,
} from './words';

/**
 * Status of a request.
 *
 * @public
 */
export function RequestStatusChip(props: { status: RequestStatus }) {
  const { t } = useTranslationRef(approvalsTranslationRef);
  return (
    <StatusChip
      tone={REQUEST_TONES[props.status]}
      label={t(`requestStatus.${props.status}`)}
    />
  );
}

/** Status of a stage. */
export function StageStatusChip(props: { status: StageStatus }) {
  const { t } = useTranslationRef(approvalsTranslationRef);
  return (
    <StatusChip
      tone={STAGE_TONES[props.status]}
      label={t(`stageStatus.${props.status}`)}
    />
  );
}

/** Risk of a request. */
export function RiskChip(props: { request: ApprovalRequest }) {
  const { t } = useTranslationRef(approvalsTranslationRef);
  const risk = readRisk(props.request.decision.decision);
  return <StatusChip tone={RISK_TONES[risk]} label={t(`risk.${risk}`)} />;
}

const REFRESH_MILLISECONDS = 20_000;

/** When a pending request has to be decided; red when that has passed. */
export function DueTime(props: { request: ApprovalRequest }) {
  const now = useNow(REFRESH_MILLISECONDS);
  const dueAt = findDueTime(props.request);
  if (props.request.status !== 'pending' || !dueAt) {
    return <>–</>;
  }
  return (
    <span
      style={
        Date.parse(dueAt) < now
          ? { color: 'var(--bui-fg-negative)', fontWeight: 600 }
          : undefined
      }
    >
      <RelativeTime at={dueAt} />
    </span>
  );
}
