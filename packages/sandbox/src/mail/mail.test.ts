import { createTransport } from 'nodemailer';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FaultInput, FaultSwitch } from '../faults/FaultSwitch';
import { startTestService, TestService } from '../__testUtils__/services';
import { StandIn } from '../standIns';
import { MailRecord } from './Mailboxes';
import { mailStandIn } from './standIn';

const MESSAGE = {
  from: 'portal@example.com',
  to: 'dana@example.com',
  subject: 'Grüße <b>',
  text: 'Look: https://portal.example.com/a?b=1&c=2 <script>',
  html: '<p>Look <a href="https://portal.example.com/">here</a><img src="https://tracker.example.com/"></p>',
  messageId: '<one@example.com>',
};

describe('mail', () => {
  const faults = new FaultSwitch();
  let directory: string;
  let service: TestService;
  let standIn: StandIn;

  const open = () =>
    mailStandIn.open({
      directory,
      faults,
      now: () => new Date('2026-11-22T10:00:00Z'),
      ports: { smtp: 0 },
    } as unknown as Parameters<typeof mailStandIn.open>[0]);

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sandbox-mail-'));
    standIn = await open();
    service = await startTestService(
      () => (request, response) => standIn.listener(request, response),
    );
  });
  afterAll(async () => {
    await service.stop();
    await standIn.stop?.();
    await rm(directory, { recursive: true });
  });
  beforeEach(async () => {
    faults.clear();
    await standIn.reset();
  });

  const send = (
    message: object = {},
    auth = { user: 'portal', pass: 'sandbox-mail-password' },
  ) =>
    createTransport({
      host: '127.0.0.1',
      port: standIn.ports?.smtp,
      ignoreTLS: true,
      auth,
    }).sendMail({ ...MESSAGE, ...message });
  const list = async () => {
    const { mails } = (await standIn.inventory()) as { mails: MailRecord[] };
    return mails;
  };
  const get = async (path: string) => {
    const response = await fetch(`${service.url}${path}`);
    return { response, html: await response.text() };
  };

  it('puts a mail into the mailboxes it is for, once', async () => {
    const both = { to: ['dana@example.com', 'team@lists.example.com'] };
    await send(both);
    await send(both);
    expect(await list()).toEqual(
      ['dana@example.com', 'team@lists.example.com'].map(mailbox => ({
        id: expect.any(String),
        mailbox,
        messageId: '<one@example.com>',
        from: 'portal@example.com',
        subject: 'Grüße <b>',
        text: expect.stringContaining(MESSAGE.text),
        copies: 2,
        receivedAt: '2026-11-22T10:00:00.000Z',
      })),
    );
  });

  it('refuses strangers and wrong passwords as SMTP does', async () => {
    await expect(send({ to: 'nobody@example.com' })).rejects.toMatchObject({
      responseCode: 550,
      command: 'RCPT TO',
    });
    await expect(
      send({}, { user: 'portal', pass: 'wrong' }),
    ).rejects.toMatchObject({ responseCode: 535, code: 'EAUTH' });
    expect(await list()).toEqual([]);
  });

  it('shows mails without letting them do anything', async () => {
    await send();
    const [{ id }] = await list();
    const mailbox = await get('/mailboxes/dana%40example.com');
    expect(mailbox.html).toContain(`/mails/${id}`);
    expect(mailbox.html).toMatch(/<head>.*http-equiv="refresh".*<\/head>/s);
    expect(mailbox.html).toContain('Grüße &#60;b&#62;');
    const { html } = await get(`/mails/${id}`);
    expect(html).toContain(
      '<a href="https://portal.example.com/a?b=1&#38;c=2" target="_blank"',
    );
    expect(html).not.toContain('<script>');
    expect(html).toMatch(/<iframe [^>]*sandbox="allow-popups/);
    const frame = await get(`/mails/${id}/html`);
    expect(frame.html).toContain('href="https://portal.example.com/"');
    const policy = frame.response.headers.get('content-security-policy');
    expect(policy).toMatch(/default-src 'none'.*sandbox/);
    expect((await get(`/mails/${id}/raw`)).html).toContain('Message-ID');
    expect((await get('/mails/none')).response.status).toBe(404);
    expect((await get('/')).html).toContain('dana@example.com');
  });

  it.each([
    [{ kind: 'status', status: 401 }, { responseCode: 535 }, 0],
    [
      { kind: 'status', status: 403 },
      { responseCode: 550, command: 'MAIL FROM' },
      0,
    ],
    [
      { kind: 'status', status: 404 },
      { responseCode: 550, command: 'RCPT TO' },
      0,
    ],
    [{ kind: 'status', status: 503 }, { responseCode: 421 }, 0],
    [{ kind: 'status', status: 452 }, { responseCode: 452 }, 0],
    [{ kind: 'rate-limit' }, { responseCode: 450 }, 0],
    [{ kind: 'reset' }, { code: expect.any(String) }, 0],
    [{ kind: 'reset-after' }, { code: 'ECONNECTION' }, 1],
    [{ kind: 'wrong' }, { code: expect.any(String) }, 0],
    [{ kind: 'status-after' }, { responseCode: 451 }, 1],
  ] as [Omit<FaultInput, 'service'>, object, number][])(
    'fails as SMTP does: %j',
    async (fault, error, arrived) => {
      faults.add({ service: 'mail', times: 1, ...fault });
      await expect(send()).rejects.toMatchObject(error);
      expect(await list()).toHaveLength(arrived);
      await send();
      expect(await list()).toHaveLength(1);
    },
  );

  it('keeps mails over a restart', async () => {
    await send();
    const reopened = await open();
    expect(await reopened.inventory()).toEqual(await standIn.inventory());
    await reopened.stop?.();
  });
});
