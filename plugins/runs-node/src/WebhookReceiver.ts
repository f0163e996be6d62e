import { createServiceRef } from '@backstage/backend-plugin-api';

/** A call from outside, as it came in. @public */
export interface WebhookDelivery {
  /** Names in lower case. */
  headers: Record<string, string | undefined>;
  /** The raw body: signatures are over its bytes. */
  body: Buffer;
}

/** What a webhook is about. @public */
export interface WebhookNews {
  /** The vendor's id of the delivery: one that came before is ignored. */
  deliveryId: string;
  /** Waits of these kinds and subjects are looked at. */
  about: Array<{ kind: string; subject: string }>;
}

/**
 * Reads the webhooks of one vendor. Its `id` is the last part of the address:
 * `POST /api/runs/webhooks/:id`.
 *
 * @public
 */
export interface WebhookReceiver {
  readonly id: string;
  /**
   * Verifies and reads a delivery; one that says nothing to us has an empty
   * `about`.
   *
   * @throws AuthenticationError - signature, age or token is wrong
   * @throws InputError - it is not of the vendor's shape
   */
  receive(delivery: WebhookDelivery): Promise<WebhookNews>;
}

/** Multiton: the runs backend gets every installed receiver. @public */
export const webhookReceiverServiceRef = createServiceRef<WebhookReceiver>({
  id: 'self-service.webhook-receiver',
  scope: 'plugin',
  multiton: true,
});
