import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { AuthenticationError, InputError } from '@backstage/errors';
import {
  WebhookDelivery,
  WebhookNews,
  WebhookReceiver,
} from '@self-service/plugin-runs-node';
import { z } from 'zod';

/** Finds the commits that a run of one organization is about. */
export interface CommitFinder {
  /** Name of the organization. */
  organization: string;
  findCommits(runId: string): Promise<string[]>;
}

const payloadSchema = z.object({
  payload_version: z.literal(1),
  // Absent in the payload that verifies a configuration.
  run_id: z.string().nullish(),
  organization_name: z.string().nullish(),
});

/**
 * Reads notifications of runs: `POST /api/runs/webhooks/hcp-terraform`.
 *
 * @remarks
 * `X-TFE-Notification-Signature` is the hex HMAC-SHA512 of the raw body with the
 * configuration's token. Deliveries carry neither time nor id: they are told
 * apart by what they say. A payload names a run, not its commit, which is asked
 * for. Source: HCP Terraform API, "Notification Configurations".
 */
export class HcpTerraformWebhookReceiver implements WebhookReceiver {
  readonly id = 'hcp-terraform';
  readonly #tokens: readonly string[];
  readonly #finders: readonly CommitFinder[];

  /**
   * @param options.tokens - a delivery is signed with one of them; without any
   * each is refused
   */
  static create(options: {
    tokens: readonly string[];
    finders: readonly CommitFinder[];
  }): HcpTerraformWebhookReceiver {
    return new HcpTerraformWebhookReceiver(options.tokens, options.finders);
  }

  private constructor(
    tokens: readonly string[],
    finders: readonly CommitFinder[],
  ) {
    this.#tokens = tokens;
    this.#finders = finders;
  }

  /** {@inheritdoc @self-service/plugin-runs-node#WebhookReceiver.receive} */
  async receive({ headers, body }: WebhookDelivery): Promise<WebhookNews> {
    this.#verify(headers['x-tfe-notification-signature'], body);
    const payload = payloadSchema.safeParse(readJson(body));
    if (!payload.success) {
      throw new InputError(
        'The payload is not that of a notification of version 1.',
      );
    }
    const deliveryId = createHash('sha256').update(body).digest('hex');
    const { run_id: runId, organization_name: organization } = payload.data;
    const finders = this.#finders.filter(
      finder => finder.organization === organization,
    );
    if (!runId || finders.length === 0) {
      return { deliveryId, about: [] };
    }
    const commits = await Promise.all(
      finders.map(finder => finder.findCommits(runId)),
    );
    return {
      deliveryId,
      about: [...new Set(commits.flat())].map(subject => ({
        kind: 'infrastructure',
        subject,
      })),
    };
  }

  #verify(signature: string | undefined, body: Buffer): void {
    if (this.#tokens.length === 0) {
      throw new AuthenticationError(
        'Notifications of HCP Terraform are refused, since their token is not configured. Set webhook.token of providers.hcpTerraform in app-config.yaml.',
      );
    }
    const given = Buffer.from(signature ?? '');
    const fits = this.#tokens.some(token => {
      const expected = Buffer.from(
        createHmac('sha512', token).update(body).digest('hex'),
      );
      return (
        given.length === expected.length && timingSafeEqual(given, expected)
      );
    });
    if (!fits) {
      throw new AuthenticationError(
        'The signature (X-TFE-Notification-Signature) does not fit the body. The token of the notification must be webhook.token of providers.hcpTerraform.',
      );
    }
  }
}

function readJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new InputError('The body is not JSON.');
  }
}
