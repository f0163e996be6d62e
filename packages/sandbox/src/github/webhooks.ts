import { createHmac, randomUUID } from 'node:crypto';
import { GitHost } from './GitHost';
import { GitHostEvent, TOKENS } from './model';
import { nodeId } from './links';
import { Representations } from './Representations';

/** Where events are sent. */
export interface WebhookTarget {
  url: string;
  /** Key of the signature. */
  secret: string;
  /** Event names; absent means all. */
  events?: string[];
}

/**
 * Sends events as GitHub's webhooks do: one attempt, ten seconds, signed.
 *
 * @remarks
 * `X-Hub-Signature-256` is `sha256=` and the hex HMAC-SHA256 of the raw body.
 * Source: GitHub "Validating webhook deliveries".
 */
export class WebhookSender {
  #targets: WebhookTarget[] = [];
  readonly #underWay = new Set<Promise<void>>();

  constructor(host: GitHost, private readonly show: Representations) {
    host.subscribe(event => {
      if (this.#targets.length > 0) {
        this.#send(event.type, this.#payload(host, event));
      }
    });
  }

  /** The targets that are set, without their secrets. */
  targets(): Omit<WebhookTarget, 'secret'>[] {
    return this.#targets.map(({ secret: _secret, ...rest }) => rest);
  }

  /** Replaces all targets. */
  configure(targets: WebhookTarget[]): void {
    this.#targets = targets;
  }

  /** Resolves when nothing is being sent. */
  async idle(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  #send(name: string, payload: object): void {
    const body = JSON.stringify(payload);
    for (const target of this.#targets) {
      if (target.events && !target.events.includes(name)) {
        continue;
      }
      const signature = createHmac('sha256', target.secret)
        .update(body)
        .digest('hex');
      const delivery = fetch(target.url, {
        method: 'POST',
        body,
        signal: AbortSignal.timeout(10_000),
        headers: {
          'content-type': 'application/json',
          'user-agent': 'GitHub-Hookshot/sandbox',
          'X-GitHub-Event': name,
          'X-GitHub-Delivery': randomUUID(),
          'X-Hub-Signature-256': `sha256=${signature}`,
        },
      }).then(
        () => undefined,
        () => undefined, // GitHub does not repeat a failed delivery
      );
      this.#underWay.add(delivery);
      delivery.finally(() => this.#underWay.delete(delivery));
    }
  }

  #payload(host: GitHost, event: GitHostEvent): object {
    const account = TOKENS['sandbox-github-token'];
    const { owner, name } =
      event.type === 'status'
        ? event.repository
        : { owner: event.pull.owner, name: event.pull.repo };
    const { record } = host.repository(owner, name);
    const common = {
      repository: this.show.repository(record, account, 0),
      organization: { login: owner, id: 1, node_id: nodeId('O', 1) },
      sender: this.show.user(event.sender),
    };
    switch (event.type) {
      case 'pull_request':
        return {
          action: event.action,
          number: event.pull.number,
          pull_request: {
            ...this.show.pullSimple(event.pull, record, account),
            merged: Boolean(event.pull.mergedAt),
            merged_by: event.pull.mergedBy
              ? this.show.user(event.pull.mergedBy)
              : null,
          },
          ...common,
        };
      case 'issue_comment':
        return {
          action: event.action,
          issue: this.show.issue(event.pull),
          comment: this.show.comment(event.pull, event.comment),
          ...common,
        };
      default:
        return {
          id: event.status.id,
          sha: event.sha,
          name: `${owner}/${name}`,
          target_url: event.status.targetUrl ?? null,
          context: event.status.context,
          description: event.status.description ?? null,
          state: event.status.state,
          branches: [],
          created_at: event.status.createdAt,
          updated_at: event.status.createdAt,
          ...common,
        };
    }
  }
}
