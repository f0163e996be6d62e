import { DeliveryRecord, NewDelivery } from './DeliveryStore';

/** Row of `deliveries`. */
export interface DeliveryRow {
  id: string;
  announcement_id: string;
  request_id: string;
  stage_id: string | null;
  event: NewDelivery['event'];
  kind: NewDelivery['kind'];
  recipient: string;
  channel: NewDelivery['channel'];
  lane: DeliveryRecord['lane'];
  status: DeliveryRecord['status'];
  version: number;
  claims: number;
  claimed_until: string | null;
  /** SQLite has numbers for it. */
  perhaps_sent: boolean | number;
  attempts: number;
  next_attempt_at: string;
  provider: string | null;
  reference: string | null;
  error: string | null;
  created_at: string;
  changed_at: string;
}

/** A new delivery as a row that is due at once. */
export function fromNewDelivery(delivery: NewDelivery): DeliveryRow {
  return {
    id: delivery.id,
    announcement_id: delivery.announcementId,
    request_id: delivery.requestId,
    stage_id: delivery.stageId ?? null,
    event: delivery.event,
    kind: delivery.kind,
    recipient: delivery.recipient,
    channel: delivery.channel,
    lane: delivery.channel,
    status: 'waiting',
    version: 0,
    claims: 0,
    claimed_until: null,
    perhaps_sent: false,
    attempts: 0,
    next_attempt_at: delivery.createdAt,
    provider: null,
    reference: null,
    error: null,
    created_at: delivery.createdAt,
    changed_at: delivery.createdAt,
  };
}

/** A row as a delivery. */
export function toDelivery(row: DeliveryRow): DeliveryRecord {
  return {
    id: row.id,
    announcementId: row.announcement_id,
    requestId: row.request_id,
    stageId: row.stage_id ?? undefined,
    event: row.event,
    kind: row.kind,
    recipient: row.recipient,
    channel: row.channel,
    lane: row.lane,
    updates: row.lane === 'update' ? row.announcement_id : undefined,
    status: row.status,
    version: row.version,
    attempts: row.attempts,
    claims: row.claims,
    isClaimed: row.claimed_until !== null,
    perhapsSent: Boolean(row.perhaps_sent),
    provider: row.provider ?? undefined,
    reference: row.reference ? JSON.parse(row.reference) : undefined,
    error: row.error ?? undefined,
    createdAt: row.created_at,
    changedAt: row.changed_at,
  };
}
