import { mockServices } from '@backstage/backend-test-utils';
import { problemOf } from '@self-service/plugin-providers-node';
import {
  Certificate,
  createCertificate,
  startEavesdropper,
  startTlsMailServer,
} from './__testUtils__/mailServers';
import { MailMessagingProvider } from './MailMessagingProvider';

const PASSWORD = 'canary-mail-password';
const to = { person: { email: 'dana@example.com' } };
const message = { title: 'Hello over TLS' };

function createProvider(mail: { url: string; certificateAuthority?: string }) {
  return MailMessagingProvider.fromConfig(
    mockServices.rootConfig({
      data: {
        providers: {
          mail: {
            username: 'portal',
            password: PASSWORD,
            from: 'portal@example.com',
            ...mail,
          },
        },
      },
    }),
    { timeoutMilliseconds: 2_000 },
  );
}

/** What a provider says that must not trust what answers. */
async function refusalsOf(provider: MailMessagingProvider) {
  const error = await provider
    .sendMessage({ to, message, messageKey: 'refused' })
    .catch(e => e);
  const health = await provider.checkHealth();
  const problem = problemOf(error);
  expect(JSON.stringify([error.message, problem, health])).not.toContain(
    PASSWORD,
  );
  return { error, problem, health };
}

const NOT_TRUSTED = {
  whose: 'platform',
  canPass: false,
  what: expect.stringContaining('does not encrypt'),
  remedy: expect.stringContaining('certificateAuthority'),
};

describe.each([
  ['tls', 'smtps'],
  ['starttls', 'smtp'],
] as const)('over %s', (encryption, protocol) => {
  let certificate: Certificate;
  let server: Awaited<ReturnType<typeof startTlsMailServer>>;

  beforeAll(async () => {
    certificate = await createCertificate('localhost');
  });
  beforeEach(async () => {
    server = await startTlsMailServer(encryption, certificate);
  });
  afterEach(async () => {
    await server.stop();
  });
  const urlOf = (host: string) => `${protocol}://${host}:${server.port}`;

  it('signs in and sends to a server whose certificate it knows', async () => {
    const provider = createProvider({
      url: urlOf('localhost'),
      certificateAuthority: certificate.cert,
    });
    expect(await provider.checkHealth()).toMatchObject({ status: 'ok' });
    await provider.sendMessage({ to, message, messageKey: 'sent' });
    const { signIns, mails } = server.told;
    const signIn = { username: 'portal', password: PASSWORD, secure: true };
    expect(signIns).toEqual([signIn, signIn]);
    expect(mails).toEqual([
      { text: expect.stringContaining('Hello over TLS'), secure: true },
    ]);
  });

  it.each([
    ['nobody has signed', 'localhost', async () => undefined],
    [
      'somebody else has signed',
      'localhost',
      async () => (await createCertificate('localhost')).cert,
    ],
    ['is of another host', '127.0.0.1', async () => certificate.cert],
  ])('refuses a certificate that %s', async (_, host, authority) => {
    const provider = createProvider({
      url: urlOf(host),
      certificateAuthority: await authority(),
    });
    const { error, problem, health } = await refusalsOf(provider);
    expect(error.name).toBe('ServiceUnavailableError');
    expect(problem).toMatchObject(NOT_TRUSTED);
    expect(health).toMatchObject({ status: 'failing', problem: NOT_TRUSTED });
    expect(server.told).toEqual({ signIns: [], mails: [] });
  });
});

describe.each([
  ['does not offer encryption', undefined],
  ['refuses encryption that it has offered', '454 4.7.0 TLS not available'],
  ['answers nonsense when encryption is to begin', '220 go\r\n250 ok'],
])('a server that %s', (_, starttls) => {
  it('hears no credentials and no mail', async () => {
    const eavesdropper = await startEavesdropper(starttls);
    try {
      const { error, health } = await refusalsOf(
        createProvider({ url: `smtp://127.0.0.1:${eavesdropper.port}` }),
      );
      expect(error.name).toBe('ServiceUnavailableError');
      expect(health.status).not.toBe('ok');
      const heard = eavesdropper.heard.join('');
      expect(heard).toContain('EHLO');
      expect(heard).not.toMatch(/AUTH|MAIL FROM|RCPT TO|DATA/);
      expect(heard).not.toContain(Buffer.from(PASSWORD).toString('base64'));
      expect(heard).not.toContain(PASSWORD);
    } finally {
      await eavesdropper.stop();
    }
  });
});
