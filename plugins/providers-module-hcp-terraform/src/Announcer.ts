import { InputError } from '@backstage/errors';
import { z } from 'zod';
import { HcpTerraformConfig } from './config';
import { notificationListSchema, Workspace } from './documents';
import { HcpClient } from './HcpClient';

interface CallOptions {
  signal?: AbortSignal;
}

/** Events that say that a wait may be over. */
const TRIGGERS = ['run:needs_attention', 'run:completed', 'run:errored'];

/** Sets up the notifications of workspaces. */
export class Announcer {
  readonly #config: HcpTerraformConfig;
  readonly #client: HcpClient;

  constructor(config: HcpTerraformConfig, client: HcpClient) {
    this.#config = config;
    this.#client = client;
  }

  /**
   * Has a workspace tell this backend of its runs, once.
   *
   * @param options.isNew - it has only just been made, and tells nobody yet
   */
  async announce(
    workspace: Workspace,
    { isNew, ...options }: CallOptions & { isNew: boolean },
  ): Promise<void> {
    const { webhook } = this.#config;
    if (!webhook?.url) {
      return;
    }
    const path = ['workspaces', workspace.id, 'notification-configurations'];
    if (!isNew && (await this.#isAnnounced(workspace, path, options))) {
      return;
    }
    try {
      await this.#client.call({
        action: `set up notifications of ${workspace.attributes.name}`,
        method: 'POST',
        path,
        body: {
          data: {
            type: 'notification-configurations',
            attributes: {
              name: 'Self-Service',
              'destination-type': 'generic',
              enabled: true,
              url: webhook.url,
              token: webhook.token,
              triggers: TRIGGERS,
            },
          },
        },
        answer: z.unknown(),
        ...options,
      });
    } catch (error) {
      // Our address can't be reached from there: waits are looked at all the
      // same, and end some time later.
      if (!(error instanceof InputError)) {
        throw error;
      }
    }
  }

  /** Whether a workspace tells this backend of its runs. */
  async #isAnnounced(
    { attributes: { name } }: Workspace,
    path: string[],
    options: CallOptions,
  ): Promise<boolean> {
    const { data } = await this.#client.call({
      action: `read the notifications of ${name}`,
      method: 'GET',
      path,
      answer: notificationListSchema,
      ...options,
    });
    const url = this.#config.webhook?.url;
    return data.some(({ attributes }) => attributes.url === url);
  }
}
