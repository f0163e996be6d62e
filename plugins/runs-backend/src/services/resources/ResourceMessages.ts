import { NotificationService } from '@backstage/plugin-notifications-node';
import { OutboxMessage } from '../../database/RunStore';
import { ResourceStore, StoredResource } from '../../database/ResourceStore';

const PREFIX = 'notify.resource-';
const ENDS = /^notify\.resource-ends-(\d+)$/;

interface Message {
  to: (string | undefined)[];
  title: string;
  description: string;
  severity: 'normal' | 'high';
}

/** Whether people are told of a resource by this kind of message. */
export function isAboutResource(kind: string): boolean {
  return kind.startsWith(PREFIX);
}

/** Tells people what becomes of what they have, by Backstage notifications. */
export class ResourceMessages {
  readonly #deps: ResourceMessagesDeps;

  private constructor(deps: ResourceMessagesDeps) {
    this.#deps = deps;
  }

  static create(deps: ResourceMessagesDeps): ResourceMessages {
    return new ResourceMessages(deps);
  }

  /**
   * Sends one message, or none where it has no point any more.
   *
   * @param message.taskId - id of the resource
   * @throws when the notifications backend does not answer: to be tried again
   */
  async deliver({
    kind,
    taskId: id,
  }: Pick<OutboxMessage, 'kind' | 'taskId'>): Promise<void> {
    const resource = await this.#deps.resources.find(id);
    const message = resource && this.#compose(kind, resource);
    const to = message?.to.filter(ref => ref !== undefined) ?? [];
    if (!message || to.length === 0) {
      return;
    }
    const { title, description, severity } = message;
    await this.#deps.notifications.send({
      recipients: { type: 'entity', entityRef: [...new Set(to)] },
      payload: {
        title,
        description,
        severity,
        link: `/resources/${encodeURIComponent(id)}`,
        topic: 'resources',
        scope: `${id}:${kind}:${resource.expiresAt?.toISOString() ?? ''}`,
      },
    });
  }

  #compose(kind: string, resource: StoredResource): Message | undefined {
    const { status, expiresAt, removalTaskId } = resource;
    const owners = [resource.requester, resource.team];
    const what = `${resource.kind} ${resource.name}`;
    const isBeingEnded = removalTaskId === undefined;
    if (ENDS.test(kind)) {
      return status === 'present' && expiresAt
        ? {
            to: owners,
            title: `Ends soon: ${what}`,
            description: `It is removed by itself on ${displayTime(
              expiresAt,
            )}. On its page you can extend it, if you still need it.`,
            severity: ENDS.exec(kind)?.[1] === '1' ? 'high' : 'normal',
          }
        : undefined;
    }
    switch (kind) {
      case 'notify.resource-ended':
        return status === 'removed' && isBeingEnded
          ? {
              to: owners,
              title: `Ended: ${what}`,
              description:
                'Its time was up, and it is removed. Its page lists anything that was kept.',
              severity: 'normal',
            }
          : undefined;
      case 'notify.resource-remove-failed':
        return status === 'remove-failed'
          ? {
              to: [this.#deps.platformTeam, ...(isBeingEnded ? [] : owners)],
              title: `Could not be removed: ${what}`,
              description: isBeingEnded
                ? 'Its time is up, and it still stands: something of it could not be undone. It is tried again every hour; its page says what and why.'
                : 'Something of it could not be undone. Its page says what and why; remove it again once the cause is put right.',
              severity: 'high',
            }
          : undefined;
      default:
        return undefined;
    }
  }
}

function displayTime(time: Date): string {
  return `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

interface ResourceMessagesDeps {
  resources: Pick<ResourceStore, 'find'>;
  notifications: NotificationService;
  /** Group that is told of what could not be removed. */
  platformTeam: string;
}
