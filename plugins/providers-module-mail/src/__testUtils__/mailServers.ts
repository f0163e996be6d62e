import { once } from 'node:events';
import { AddressInfo, createServer, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { generate } from 'selfsigned';
import { SMTPServer } from 'smtp-server';

/** A certificate that no authority has signed, with its key; PEM. */
export interface Certificate {
  key: string;
  cert: string;
}

/** Makes a certificate for a host, which is its own authority. */
export async function createCertificate(host: string): Promise<Certificate> {
  const { private: key, cert } = await generate(
    [{ name: 'commonName', value: host }],
    {
      algorithm: 'sha256',
      extensions: [
        { name: 'basicConstraints', cA: true, critical: true },
        { name: 'subjectAltName', altNames: [{ type: 2, value: host }] },
      ],
    },
  );
  return { key, cert };
}

/** What a server with TLS was told. */
export interface Told {
  /** Who signed in, and whether that was encrypted. */
  signIns: {
    username?: string;
    password: unknown;
    secure: boolean;
  }[];
  mails: { text: string; secure: boolean }[];
}

/**
 * Starts a mail server that speaks TLS.
 *
 * @param encryption - from the start, or after STARTTLS
 */
export async function startTlsMailServer(
  encryption: 'tls' | 'starttls',
  certificate: Certificate,
) {
  const told: Told = { signIns: [], mails: [] };
  const server = new SMTPServer({
    ...certificate,
    secure: encryption === 'tls',
    // A server that would take credentials in clear.
    allowInsecureAuth: true,
    disableReverseLookup: true,
    onAuth({ username, password }, { secure }, done) {
      told.signIns.push({ username, password, secure });
      done(null, { user: username });
    },
    onData(stream, { secure }, done) {
      text(stream).then(mail => {
        told.mails.push({ text: mail, secure });
        done();
      }, done);
    },
  });
  // A client that turns away breaks off the handshake.
  server.on('error', () => {});
  const listening = server.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  return {
    told,
    port: (listening.address() as AddressInfo).port,
    stop: () => new Promise<void>(done => server.close(done)),
  };
}

/**
 * Starts a server as somebody between the portal and its mail server would
 * be: it takes credentials in clear and never encrypts.
 *
 * @param starttls - what it says to STARTTLS; without, it does not offer it
 */
export async function startEavesdropper(starttls?: string) {
  const heard: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer(socket => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.write('220 mail.example.com ESMTP\r\n');
    socket.on('data', data => {
      const line = data.toString('latin1');
      heard.push(line);
      if (line.startsWith('EHLO')) {
        const offers = ['AUTH PLAIN LOGIN', ...(starttls ? ['STARTTLS'] : [])];
        const last = offers.pop();
        socket.write(
          `250-mail.example.com\r\n${offers
            .map(offer => `250-${offer}\r\n`)
            .join('')}250 ${last}\r\n`,
        );
      } else if (starttls && line.startsWith('STARTTLS')) {
        socket.write(`${starttls}\r\n`);
      } else if (line.startsWith('QUIT')) {
        socket.end('221 bye\r\n');
      } else {
        socket.write('250 ok\r\n');
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    heard,
    port: (server.address() as AddressInfo).port,
    async stop() {
      sockets.forEach(socket => socket.destroy());
      server.close();
      await once(server, 'close');
    },
  };
}
