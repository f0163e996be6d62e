import { createHmac, timingSafeEqual } from 'node:crypto';
import {
  coreServices,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import { AuthenticationError, InputError } from '@backstage/errors';
import {
  CONDITION_WAIT,
  WebhookDelivery,
  WebhookNews,
  WebhookReceiver,
  webhookReceiverServiceRef,
} from '@self-service/plugin-runs-node';
import { z } from 'zod';

const commit = z.object({ sha: z.string().min(1) });

type About = WebhookNews['about'];

const aboutCommit = (subject: string) => ({ kind: 'infrastructure', subject });

/** Events that tell of a commit: its statuses, or the pull requests it heads. */
const payloads: Record<string, z.ZodType<About>> = {
  status: commit.transform(({ sha }) => [aboutCommit(sha)]),
  pull_request: z
    .object({
      // Of `synchronize`: the head before.
      before: z.string().optional(),
      pull_request: z.object({ head: commit, html_url: z.string().min(1) }),
    })
    .transform(({ before, pull_request: { head, html_url } }) => [
      aboutCommit(head.sha),
      ...(before ? [aboutCommit(before)] : []),
      { kind: CONDITION_WAIT, subject: html_url },
    ]),
  check_run: z
    .object({ check_run: z.object({ head_sha: z.string() }) })
    .transform(({ check_run: { head_sha } }) => [aboutCommit(head_sha)]),
};

/**
 * Reads GitHub's webhooks: `POST /api/runs/webhooks/github`.
 *
 * @remarks
 * `X-Hub-Signature-256` is `sha256=` and the hex HMAC-SHA256 of the raw body
 * with the webhook's secret. Source: GitHub, "Validating webhook deliveries".
 * Deliveries carry no time; they are told apart by `X-GitHub-Delivery`.
 */
export class GithubWebhookReceiver implements WebhookReceiver {
  readonly id = 'github';
  readonly #secret: string | undefined;

  /** @param options.secret - without it every delivery is refused */
  static create(options: { secret?: string }): GithubWebhookReceiver {
    return new GithubWebhookReceiver(options.secret);
  }

  private constructor(secret: string | undefined) {
    this.#secret = secret;
  }

  /** {@inheritdoc @self-service/plugin-runs-node#WebhookReceiver.receive} */
  async receive({ headers, body }: WebhookDelivery): Promise<WebhookNews> {
    this.#verify(headers['x-hub-signature-256'], body);
    const deliveryId = headers['x-github-delivery'];
    if (!deliveryId) {
      throw new InputError('The header X-GitHub-Delivery is missing.');
    }
    const schema = payloads[headers['x-github-event'] ?? ''];
    if (!schema) {
      return { deliveryId, about: [] };
    }
    const about = schema.safeParse(readJson(body));
    if (!about.success) {
      throw new InputError(
        `The payload is not that of the event ${headers['x-github-event']}.`,
      );
    }
    return { deliveryId, about: about.data };
  }

  #verify(signature: string | undefined, body: Buffer): void {
    if (!this.#secret) {
      throw new AuthenticationError(
        'Webhooks of GitHub are refused, since their secret is not configured. Set providers.github.webhookSecret in app-config.yaml.',
      );
    }
    const expected = Buffer.from(
      `sha256=${createHmac('sha256', this.#secret).update(body).digest('hex')}`,
    );
    const given = Buffer.from(signature ?? '');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      throw new AuthenticationError(
        'The signature (X-Hub-Signature-256) does not fit the body. The secret of the webhook must be that of providers.github.webhookSecret.',
      );
    }
  }
}

function readJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new InputError(
      'The body is not JSON. Choose the content type application/json for the webhook.',
    );
  }
}

/** Adds the receiver to the runs backend. */
export const githubWebhookReceiver = createServiceFactory({
  service: webhookReceiverServiceRef,
  deps: { config: coreServices.rootConfig },
  factory: ({ config }) =>
    GithubWebhookReceiver.create({
      secret: config.getOptionalString('providers.github.webhookSecret'),
    }),
});
