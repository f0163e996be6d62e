import {
  MessageReference,
  MessagingProvider,
  SendOptions,
} from '@self-service/plugin-providers-node';

type Sent = Parameters<MessagingProvider['sendMessage']>[0];

/** Messages in memory, one for a key. */
export class FakeMessaging implements MessagingProvider {
  readonly id = 'chat';
  readonly capability = 'messaging';
  readonly vendor = 'Chat';
  readonly endpoint = 'https://chat.example.com';
  readonly features = ['channels'] as const;
  readonly sent: Omit<Sent, 'signal'>[] = [];
  /** Thrown instead of sending. */
  error: Error | undefined;

  async sendMessage({ signal, ...options }: Sent): Promise<MessageReference> {
    signal?.throwIfAborted();
    if (this.error) {
      throw this.error;
    }
    const known = this.sent.findIndex(
      ({ messageKey }) => messageKey === options.messageKey,
    );
    const index = known >= 0 ? known : this.sent.push(options) - 1;
    return { provider: this.id, conversation: 'c1', message: String(index) };
  }

  async reply(reference: MessageReference, _options: SendOptions) {
    return reference;
  }

  async updateMessage(): Promise<void> {}

  async receiveAnswer(): Promise<undefined> {}

  async identifyAnswerer() {
    return { email: 'dana@example.com' };
  }

  async checkHealth() {
    return { status: 'ok' as const, description: 'In memory.' };
  }
}
