import { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  SMTPServer,
  SMTPServerDataStream,
  SMTPServerSession,
} from 'smtp-server';
import { PortInUseError } from '../common/errors';
import { FaultRule, FaultSwitch } from '../faults/FaultSwitch';
import { Mailboxes } from './Mailboxes';
import { SmtpStage, toSmtpReply } from './smtpFaults';

/** What the portal signs in with. */
export const MAIL_CREDENTIALS = {
  username: 'portal',
  password: 'sandbox-mail-password',
};

const MAXIMUM_SIZE = 1_000_000;
/** Who opens more connections at once is turned away, as elsewhere. */
const MAXIMUM_CLIENTS = 10;
const DEFAULT_DELAY = 3_000;

/** An error whose reply code smtp-server sends. */
class SmtpError extends Error {
  constructor(readonly responseCode: number, message: string) {
    super(message);
  }
}

type Next = (error?: Error | null) => void;

/**
 * The mail server: takes mail of the portal for everybody.
 *
 * @remarks
 * Without TLS, since it is on this machine alone. A fault hits a whole
 * session, which is what a request is elsewhere; method `SEND`, path `/smtp`.
 */
export class SmtpPort {
  readonly #server: SMTPServer;
  readonly #faults = new Map<string, FaultRule>();

  private constructor(
    private readonly mailboxes: Mailboxes,
    private readonly faults: FaultSwitch,
  ) {
    this.#server = new SMTPServer({
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      disableReverseLookup: true,
      size: MAXIMUM_SIZE,
      maxClients: MAXIMUM_CLIENTS,
      logger: false,
      onConnect: (session, next) => {
        this.#connect(session, next);
      },
      onAuth: ({ username, password }, session, next) => {
        const refusal = this.#refusal('auth', session);
        const isRight =
          username === MAIL_CREDENTIALS.username &&
          password === MAIL_CREDENTIALS.password;
        if (refusal || !isRight) {
          next(
            refusal ??
              new SmtpError(535, '5.7.8 Authentication credentials invalid'),
          );
          return;
        }
        next(undefined, { user: username });
      },
      onMailFrom: (_address, session, next) => {
        next(this.#refusal('from', session));
      },
      onRcptTo: ({ address }, session, next) => {
        const unknown = mailboxes.has(address)
          ? undefined
          : new SmtpError(550, '5.1.1 No such mailbox');
        next(this.#refusal('to', session) ?? unknown);
      },
      onData: (stream, session, next) => {
        this.#receive(stream, session).then(() => next(), next);
      },
      onClose: ({ id }) => {
        this.#faults.delete(id);
      },
    });
    // A client that is cut off is not this server's trouble.
    this.#server.on('error', () => undefined);
  }

  /**
   * Listens on this machine's loopback address.
   *
   * @param options - `port` 0 takes a free one
   * @throws PortInUseError - another program holds the port
   */
  static async listen(options: {
    port: number;
    mailboxes: Mailboxes;
    faults: FaultSwitch;
  }): Promise<{ smtp: SmtpPort; port: number }> {
    const smtp = new SmtpPort(options.mailboxes, options.faults);
    const { server } = smtp.#server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) =>
        reject(
          error.code === 'EADDRINUSE'
            ? new PortInUseError(options.port, 'mail')
            : error,
        ),
      );
      smtp.#server.listen(options.port, '127.0.0.1', () => resolve());
    });
    return { smtp, port: (server.address() as AddressInfo).port };
  }

  /** Stops listening and cuts what is still open. */
  async close(): Promise<void> {
    for (const { session } of this.#server.connections) {
      this.#cut(session);
    }
    await new Promise<void>(resolve => {
      this.#server.close(() => resolve());
    });
  }

  async #connect(session: SMTPServerSession, next: Next): Promise<void> {
    for (const rule of this.faults.take('mail', 'SEND', '/smtp')) {
      if (rule.kind === 'slow') {
        await sleep(rule.delayMs ?? DEFAULT_DELAY);
      } else {
        this.#faults.set(session.id, rule);
      }
    }
    const { kind } = this.#faults.get(session.id) ?? {};
    if (kind === 'reset') {
      this.#cut(session);
    } else if (kind === 'wrong') {
      this.#cut(session, '<html><body>Down for maintenance</body></html>\r\n');
    } else {
      next(this.#refusal('connect', session));
    }
  }

  async #receive(
    stream: SMTPServerDataStream,
    session: SMTPServerSession,
  ): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) {
      chunks.push(chunk);
    }
    if (stream.sizeExceeded) {
      throw new SmtpError(552, '5.3.4 Message too big');
    }
    const refusal = this.#refusal('data', session);
    if (refusal) {
      throw refusal;
    }
    await this.mailboxes.deliver(
      Buffer.concat(chunks).toString('utf8'),
      session.envelope.rcptTo.map(({ address }) => address),
    );
    const rule = this.#faults.get(session.id);
    switch (rule?.kind) {
      case 'reset-after':
      case 'reset-midway':
        this.#cut(session);
        break;
      case 'wrong-after':
        this.#cut(session, 'no reply of a mail server\r\n');
        break;
      case 'slow-after':
        await sleep(rule.delayMs ?? DEFAULT_DELAY);
        break;
      case 'status-after':
        throw new SmtpError(451, '4.3.0 Local error in processing');
      default:
    }
  }

  #refusal(stage: SmtpStage, { id }: SMTPServerSession): SmtpError | undefined {
    const rule = this.#faults.get(id);
    const reply = rule && toSmtpReply(rule);
    return reply?.stage === stage
      ? new SmtpError(reply.code, reply.words)
      : undefined;
  }

  #cut({ id }: SMTPServerSession, lastWords?: string): void {
    for (const connection of this.#server.connections) {
      if (connection.session.id === id) {
        if (lastWords) {
          connection._socket.end(lastWords);
        } else {
          connection._socket.destroy();
        }
      }
    }
  }
}
