import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button, Text } from '@backstage/ui';
import {
  DeliveryStatus,
  MessageDeliveryReport,
  RequestDetail,
} from '@self-service/plugin-approvals-common';
import { messagesApiRef } from '../../api/MessagesApi';
import {
  MessagesTexts,
  messagesTranslationRef,
} from '../../messagesTranslation';
import {
  describeError,
  EntityName,
  RelativeTime,
  Section,
  StatusChip,
  StatusTone,
} from '../../ui';
import { useWrite } from '../request/useWrite';
import classes from './messages.module.css';

const TONES: Record<DeliveryStatus, StatusTone> = {
  waiting: 'progress',
  sent: 'success',
  failed: 'caution',
  'given-up': 'failure',
};

/** More that arrived than these are folded away. */
const MOST_SHOWN = 4;

function isFailing({ status }: MessageDeliveryReport): boolean {
  return status === 'failed' || status === 'given-up';
}

/** `Chat (slack)`; where the provider's name says no more, `Mail`. */
function nameChannel(
  { channel, provider }: MessageDeliveryReport,
  t: MessagesTexts,
): string {
  return provider && channel !== 'notification' && provider !== channel
    ? `${t(`channel.${channel}`)} (${provider})`
    : t(`channel.${channel}`);
}

function Retry(props: {
  requestId: string;
  delivery: MessageDeliveryReport;
  onChange: (detail: RequestDetail) => void;
}) {
  const { t } = useTranslationRef(messagesTranslationRef);
  const messagesApi = useApi(messagesApiRef);
  const { delivery } = props;
  const { isPending, error, run } = useWrite(props.onChange);
  return (
    <>
      <Button
        variant="secondary"
        size="small"
        isPending={isPending}
        aria-label={t('delivery.retryOf', {
          person: delivery.to,
          channel: nameChannel(delivery, t),
        })}
        onPress={() =>
          run(() => messagesApi.retryDelivery(props.requestId, delivery.id))
        }
      >
        {t('delivery.retry')}
      </Button>
      {error && (
        <Text as="p" role="alert" color="danger">
          {t('delivery.notRetried', { reason: describeError(error).title })}
        </Text>
      )}
    </>
  );
}

function DeliveryRow(props: {
  delivery: MessageDeliveryReport;
  detail: RequestDetail;
  onChange: (detail: RequestDetail) => void;
}) {
  const { t } = useTranslationRef(messagesTranslationRef);
  const { delivery, detail } = props;
  const { status, attempts, error } = delivery;
  return (
    <li className={classes.delivery}>
      <span className={classes.who}>
        <EntityName entityRef={delivery.to} />{' '}
        {t(`deliveryKind.${delivery.kind}`)}
        <span className={classes.hint}>
          {nameChannel(delivery, t)} · <RelativeTime at={delivery.at} />
          {attempts > 1 && (
            <> · {t('delivery.attempts', { amount: String(attempts) })}</>
          )}
        </span>
      </span>
      <StatusChip tone={TONES[status]} label={t(`deliveryStatus.${status}`)} />
      {isFailing(delivery) && (
        <div className={classes.failure}>
          {error && <span>{error}</span>}
          {detail.viewer.canRetryDeliveries && (
            <Retry
              requestId={detail.request.id}
              delivery={delivery}
              onChange={props.onChange}
            />
          )}
        </div>
      )}
    </li>
  );
}

/**
 * Who was told of a request by what; what did not arrive comes first.
 */
export function DeliveriesSection(props: {
  detail: RequestDetail;
  onChange: (detail: RequestDetail) => void;
}) {
  const { t } = useTranslationRef(messagesTranslationRef);
  const { deliveries } = props.detail;
  if (!deliveries) {
    // Not everybody who sees the request may know whom it was shown to.
    return <></>;
  }
  const failing = deliveries.filter(isFailing);
  const others = deliveries.filter(delivery => !isFailing(delivery));
  const toRow = (delivery: MessageDeliveryReport) => (
    <DeliveryRow key={delivery.id} delivery={delivery} {...props} />
  );
  const isFolded = others.length > MOST_SHOWN;
  return (
    <Section
      title={t('delivery.title')}
      aside={
        failing.length > 0 && (
          <StatusChip
            tone="attention"
            label={t('delivery.failures', { amount: String(failing.length) })}
          />
        )
      }
    >
      {deliveries.length === 0 && (
        <Text color="secondary">{t('delivery.nobody')}</Text>
      )}
      <div className={classes.all}>
        <ul className={classes.deliveries}>
          {failing.map(toRow)}
          {!isFolded && others.map(toRow)}
        </ul>
        {isFolded && (
          <details className={classes.rest}>
            <summary>
              {t('delivery.others', { amount: String(others.length) })}
            </summary>
            <ul className={classes.deliveries}>{others.map(toRow)}</ul>
          </details>
        )}
      </div>
    </Section>
  );
}
