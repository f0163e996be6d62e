import { createHmac } from 'node:crypto';
import { NotificationRecord, RunRecord, WorkspaceRecord } from './model';
import { Store } from './Store';

interface NotifierOptions {
  store: Store;
  organization: string;
  runUrl(workspace: WorkspaceRecord, run: RunRecord): string;
  now: () => Date;
}

/**
 * Sends what happens to runs, as HCP Terraform's generic notifications do.
 *
 * @remarks
 * `X-TFE-Notification-Signature` is the hex HMAC-SHA512 of the raw body with the
 * configuration's token, and absent without one. Payloads have version 1.
 * Source: HCP Terraform API, "Notification Configurations".
 */
export class Notifier {
  readonly #options: NotifierOptions;
  readonly #underWay = new Set<Promise<void>>();

  constructor(options: NotifierOptions) {
    this.#options = options;
  }

  /** Sends one event of a run to everybody who has asked for it, in the background. */
  send(workspace: WorkspaceRecord, run: RunRecord, trigger: string): void {
    const { store, now } = this.#options;
    const wanted = store.notifications
      .values()
      .filter(
        one =>
          one.workspaceId === workspace.id &&
          one.enabled &&
          one.triggers.includes(trigger),
      );
    for (const configuration of wanted) {
      const payload = {
        payload_version: 1,
        notification_configuration_id: configuration.id,
        run_url: this.#options.runUrl(workspace, run),
        run_id: run.id,
        run_message: run.message,
        run_created_at: run.createdAt,
        run_created_by: 'sandbox',
        workspace_id: workspace.id,
        workspace_name: workspace.name,
        organization_name: this.#options.organization,
        notifications: [
          {
            message: run.status,
            trigger,
            run_status: run.status,
            run_updated_at: now().toISOString(),
            run_updated_by: 'sandbox',
          },
        ],
      };
      const delivery = this.#deliver(configuration, payload).then(
        () => undefined,
        () => undefined, // nobody hears of it but the configuration's page
      );
      this.#underWay.add(delivery);
      delivery.finally(() => this.#underWay.delete(delivery));
    }
  }

  /** Sends the payload that verifies a new configuration; whether it was answered 2xx. */
  async verify(configuration: NotificationRecord): Promise<boolean> {
    try {
      const response = await this.#deliver(configuration, {
        payload_version: 1,
        notification_configuration_id: configuration.id,
        run_url: null,
        run_id: null,
        run_message: null,
        run_created_at: null,
        run_created_by: null,
        workspace_id: null,
        workspace_name: null,
        organization_name: null,
        notifications: [
          {
            message: 'Verification of a notification configuration',
            trigger: 'verification',
            run_status: null,
            run_updated_at: null,
            run_updated_by: null,
          },
        ],
      });
      return response.ok;
    } catch {
      return false;
    }
  }

  /** Resolves when nothing is being sent. */
  async idle(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  #deliver(
    { url, token }: NotificationRecord,
    payload: object,
  ): Promise<Response> {
    const body = JSON.stringify(payload);
    return fetch(url, {
      method: 'POST',
      body,
      signal: AbortSignal.timeout(10_000),
      headers: {
        'content-type': 'application/json',
        ...(token && {
          'X-TFE-Notification-Signature': createHmac('sha512', token)
            .update(body)
            .digest('hex'),
        }),
      },
    });
  }
}
