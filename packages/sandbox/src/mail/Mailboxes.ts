import { createHash } from 'node:crypto';
import { join } from 'node:path';
import PostalMime from 'postal-mime';
import { JsonCollection } from '../common/JsonCollection';
import { Person } from '../identity/people';

/** The domain of distribution lists: each address of it has a mailbox. */
export const LIST_DOMAIN = 'lists.example.com';

/** A mail in a mailbox. */
export interface MailRecord {
  /** In addresses of pages. */
  id: string;
  /** Address of the mailbox. */
  mailbox: string;
  /** With its angle brackets. */
  messageId: string;
  from: string;
  subject: string;
  text: string;
  html?: string;
  /** Message-ID of the one that it answers. */
  inReplyTo?: string;
  references?: string;
  /** As it came over the wire. */
  raw: string;
  /** How often it was delivered: the further ones were dropped. */
  copies: number;
  /** ISO 8601. */
  receivedAt: string;
}

/** Everybody's mailboxes, without SMTP and HTTP. */
export class Mailboxes {
  readonly #mails: JsonCollection<MailRecord>;
  readonly #addresses: Set<string>;

  private constructor(
    directory: string,
    people: Person[],
    private readonly now: () => Date,
  ) {
    this.#mails = JsonCollection.open(join(directory, 'mails'));
    this.#addresses = new Set(people.map(({ email }) => email.toLowerCase()));
  }

  /** Opens the mailboxes of the demo people and of {@link LIST_DOMAIN}. */
  static open(options: {
    directory: string;
    people: Person[];
    now: () => Date;
  }): Mailboxes {
    return new Mailboxes(options.directory, options.people, options.now);
  }

  /** Whether an address has a mailbox. */
  has(address: string): boolean {
    const lower = address.toLowerCase();
    return this.#addresses.has(lower) || lower.endsWith(`@${LIST_DOMAIN}`);
  }

  /** Addresses of mailboxes: people's, and lists' that got something. */
  addresses(): string[] {
    const used = this.#mails.values().map(({ mailbox }) => mailbox);
    return [...new Set([...this.#addresses, ...used])].sort();
  }

  /** Of one mailbox or all, oldest first. */
  mails(mailbox?: string): MailRecord[] {
    return this.#mails
      .values()
      .filter(mail => !mailbox || mail.mailbox === mailbox)
      .sort((one, other) => one.receivedAt.localeCompare(other.receivedAt));
  }

  mail(id: string): MailRecord | undefined {
    return this.#mails.values().find(mail => mail.id === id);
  }

  /**
   * Puts a mail into mailboxes.
   *
   * @remarks
   * One whose Message-ID is there already is dropped, as the duplicate
   * suppression of large mail systems does it.
   *
   * @param raw - RFC 5322, in ASCII
   */
  async deliver(raw: string, recipients: string[]): Promise<void> {
    const parsed = await PostalMime.parse(raw);
    const digest = createHash('sha256').update(raw).digest('hex');
    const messageId = parsed.messageId ?? `<${digest.slice(0, 32)}@sandbox>`;
    for (const recipient of recipients) {
      const mailbox = recipient.toLowerCase();
      const key = `${mailbox}/${messageId}`;
      const known = this.#mails.get(key);
      this.#mails.set(
        key,
        known
          ? { ...known, copies: known.copies + 1 }
          : {
              id: createHash('sha256').update(key).digest('hex').slice(0, 16),
              mailbox,
              messageId,
              from: parsed.from?.address ?? '',
              subject: parsed.subject ?? '',
              text: parsed.text ?? '',
              html: parsed.html,
              inReplyTo: parsed.inReplyTo,
              references: parsed.references,
              raw,
              copies: 1,
              receivedAt: this.now().toISOString(),
            },
      );
    }
  }

  /** Forgets all mails. */
  reset(): void {
    this.#mails.clear();
  }
}
