import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
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

const SIGNING_PREFIX = 'whsec_';
/** How old, or how much ahead, a signed delivery may be. */
const TOLERANCE_SECONDS = 5 * 60;

type Headers = WebhookDelivery['headers'];

type About = WebhookNews['about'];

const aboutCommit = (subject: string) => ({ kind: 'infrastructure', subject });

/** Events that tell of a commit: its statuses, or the merge requests it heads. */
const payloads: Record<string, z.ZodType<About>> = {
  'Pipeline Hook': z
    .object({ object_attributes: z.object({ sha: z.string().min(1) }) })
    .transform(({ object_attributes: { sha } }) => [aboutCommit(sha)]),
  'Merge Request Hook': z
    .object({
      object_attributes: z.object({
        // Of an update: the head before.
        oldrev: z.string().nullish(),
        last_commit: z.object({ id: z.string().min(1) }),
        url: z.string().min(1),
      }),
    })
    .transform(({ object_attributes: { oldrev, last_commit, url } }) => [
      aboutCommit(last_commit.id),
      ...(oldrev ? [aboutCommit(oldrev)] : []),
      { kind: CONDITION_WAIT, subject: url },
    ]),
  'Job Hook': z
    .object({ sha: z.string().min(1) })
    .transform(({ sha }) => [aboutCommit(sha)]),
};

/**
 * Reads GitLab's webhooks: `POST /api/runs/webhooks/gitlab`.
 *
 * @remarks
 * With a signing token: `webhook-signature` holds, among others, `v1,` and the
 * base64 HMAC-SHA256 of `<webhook-id>.<webhook-timestamp>.<raw body>`; one that
 * is not of the last five minutes is refused, and so is one that carries only
 * the secret token. Without: `X-Gitlab-Token` is the secret itself, and a
 * delivery is told from its repetition by an id that nobody has signed.
 * Sources: https://docs.gitlab.com/user/project/integrations/webhooks/,
 * https://www.standardwebhooks.com.
 */
export class GitlabWebhookReceiver implements WebhookReceiver {
  readonly id = 'gitlab';
  readonly #token: string | undefined;
  readonly #key: Buffer | undefined;
  readonly #now: () => number;

  /**
   * @param options.token - the webhook's secret token
   * @param options.signingToken - `whsec_` and a key in base64; without either
   * every delivery is refused
   * @param options.now - milliseconds since the epoch
   * @throws InputError - the signing token has another form
   */
  static create(options: {
    token?: string;
    signingToken?: string;
    now?: () => number;
  }): GitlabWebhookReceiver {
    const { token, signingToken, now = () => Date.now() } = options;
    return new GitlabWebhookReceiver(
      token,
      signingToken === undefined ? undefined : toKey(signingToken),
      now,
    );
  }

  private constructor(
    token: string | undefined,
    key: Buffer | undefined,
    now: () => number,
  ) {
    this.#token = token;
    this.#key = key;
    this.#now = now;
  }

  /** {@inheritdoc @self-service/plugin-runs-node#WebhookReceiver.receive} */
  async receive({ headers, body }: WebhookDelivery): Promise<WebhookNews> {
    const deliveryId = this.#verify(headers, body);
    const event = headers['x-gitlab-event'] ?? '';
    const schema = Object.hasOwn(payloads, event) ? payloads[event] : undefined;
    if (!schema) {
      return { deliveryId, about: [] };
    }
    const about = schema.safeParse(readJson(body));
    if (!about.success) {
      throw new InputError(`The payload is not that of a ${event}.`);
    }
    return { deliveryId, about: about.data };
  }

  /** @returns the delivery's id */
  #verify(headers: Headers, body: Buffer): string {
    if (this.#key) {
      return this.#verifySignature(this.#key, headers, body);
    }
    if (!this.#token) {
      throw new AuthenticationError(
        'Webhooks of GitLab are refused, since neither their signing token nor their secret token is configured. Set providers.gitlab.webhookSigningToken in app-config.yaml.',
      );
    }
    if (!isEqual(headers['x-gitlab-token'] ?? '', this.#token)) {
      throw new AuthenticationError(
        'X-Gitlab-Token is not the secret token of providers.gitlab.webhookToken.',
      );
    }
    const id = headers['idempotency-key'] ?? headers['x-gitlab-event-uuid'];
    if (!id) {
      throw new InputError('The header Idempotency-Key is missing.');
    }
    return id;
  }

  #verifySignature(key: Buffer, headers: Headers, body: Buffer): string {
    const {
      'webhook-id': id = '',
      'webhook-timestamp': timestamp = '',
      'webhook-signature': signatures = '',
    } = headers;
    const expected = createHmac('sha256', key)
      .update(`${id}.${timestamp}.`)
      .update(body)
      .digest('base64');
    // Several while a key is being replaced.
    const isSigned = signatures
      .split(' ')
      .map(signature => isEqual(signature, `v1,${expected}`))
      .includes(true);
    if (!id || !isSigned) {
      throw new AuthenticationError(
        'The signature (webhook-signature) does not fit the body. The signing token of the webhook must be that of providers.gitlab.webhookSigningToken.',
      );
    }
    const age = this.#now() / 1000 - Number(timestamp);
    if (!(Math.abs(age) <= TOLERANCE_SECONDS)) {
      throw new AuthenticationError(
        'The delivery is too old, or the clocks differ by more than five minutes.',
      );
    }
    return id;
  }
}

function toKey(signingToken: string): Buffer {
  const key = Buffer.from(signingToken.slice(SIGNING_PREFIX.length), 'base64');
  if (!signingToken.startsWith(SIGNING_PREFIX) || key.length === 0) {
    throw new InputError(
      `providers.gitlab.webhookSigningToken has to be ${SIGNING_PREFIX} and a key in base64, as GitLab shows it.`,
    );
  }
  return key;
}

/** In a time that tells nothing of either, their length included. */
function isEqual(one: string, other: string): boolean {
  const [first, second] = [one, other].map(text =>
    createHash('sha256').update(text).digest(),
  );
  return timingSafeEqual(first, second);
}

function readJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new InputError('The body is not JSON.');
  }
}

/** Adds the receiver to the runs backend. */
export const gitlabWebhookReceiver = createServiceFactory({
  service: webhookReceiverServiceRef,
  deps: { config: coreServices.rootConfig },
  factory: ({ config }) =>
    GitlabWebhookReceiver.create({
      token: config.getOptionalString('providers.gitlab.webhookToken'),
      signingToken: config.getOptionalString(
        'providers.gitlab.webhookSigningToken',
      ),
    }),
});
