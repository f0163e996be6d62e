import { createHmac } from 'node:crypto';
import { createServer, Server } from 'node:http';
import { once } from 'node:events';
import { AddressInfo } from 'node:net';
import { FaultSwitch } from '../faults/FaultSwitch';
import { readOrganisation } from '../identity/people';
import { startTestService, TestService } from '../__testUtils__/services';
import { slackStandIn } from './standIn';
import { SlackConformance } from './__testUtils__/conformance';
import { StandIn } from '../standIns';

type Json = Record<string, any>;

const TOKEN = 'sandbox-slack-bot-token';
const BUTTON = {
  type: 'button',
  action_id: 'approve',
  text: { type: 'plain_text', text: 'Approve' },
  value: 'opaque',
};

describe('Slack', () => {
  const conformance = new SlackConformance();
  const faults = new FaultSwitch();
  let time = Date.parse('2026-11-22T10:00:00Z');
  let service: TestService;
  let standIn: StandIn;

  const open = (
    directory: string,
    url: string,
    backstageUrl = 'http://localhost:1',
  ) =>
    slackStandIn.open({
      directory,
      url,
      faults,
      now: () => new Date(time),
      backstageUrl,
      ports: {},
      urls: { github: '', githubApi: '', identity: '' },
      standInUrls: {},
    } as unknown as Parameters<typeof slackStandIn.open>[0]);

  beforeAll(async () => {
    service = await startTestService(
      () => (request, response) => standIn.listener(request, response),
    );
    standIn = await open(service.directory, service.url);
  });

  afterAll(async () => {
    await service.stop();
  });

  beforeEach(async () => {
    faults.clear();
    await standIn.reset();
  });

  /** Calls a method as the SDK does; every answer is held against the description. */
  const call = async (
    method: string,
    given: Json = {},
    options: { token?: string } = {},
  ) => {
    const body = new URLSearchParams(
      Object.entries(given).map(([name, value]) => [
        name,
        typeof value === 'object' ? JSON.stringify(value) : String(value),
      ]),
    );
    const response = await fetch(`${service.url}/api/${method}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${options.token ?? TOKEN}` },
      body,
    });
    const answer: Json = await response.json();
    if (response.status === 200) {
      expect(conformance.problems(method, answer)).toEqual([]);
    }
    return { status: response.status, headers: response.headers, answer };
  };
  const post = async (given: Json = {}) => {
    time += 1_000;
    const { answer } = await call('chat.postMessage', {
      channel: 'C0GENERAL',
      text: 'Hello',
      ...given,
    });
    return answer;
  };

  it('says who the app is and what its token may do', async () => {
    const { answer, headers } = await call('auth.test');
    expect(answer).toMatchObject({ ok: true, team_id: 'T0SANDBOX' });
    expect(headers.get('x-oauth-scopes')).toContain('chat:write');
    expect(
      (await call('auth.test', {}, { token: 'unknown' })).answer,
    ).toMatchObject({ ok: false, error: 'invalid_auth' });
    const narrow = { token: 'sandbox-slack-narrow-token' };
    expect(
      (await call('conversations.history', { channel: 'C0GENERAL' }, narrow))
        .answer,
    ).toMatchObject({ error: 'missing_scope', provided: 'chat:write' });
  });

  it('knows the demo people by their addresses', async () => {
    for (const { email } of readOrganisation().people) {
      const { answer } = await call('users.lookupByEmail', { email });
      expect(answer.user).toMatchObject({
        profile: { email },
        is_email_confirmed: true,
      });
      expect(
        (await call('users.info', { user: answer.user.id })).answer.user,
      ).toEqual(answer.user);
    }
    for (const email of ['nobody@example.com', 'gone@example.com']) {
      expect(
        (await call('users.lookupByEmail', { email })).answer,
      ).toMatchObject({ error: 'users_not_found' });
    }
  });

  it('opens one conversation with a person', async () => {
    const first = await call('conversations.open', { users: 'U0DANA' });
    const second = await call('conversations.open', { users: 'U0DANA' });
    expect(second.answer.channel.id).toBe(first.answer.channel.id);
    expect(second.answer.already_open).toBe(true);
  });

  it('lists channels in pages', async () => {
    const names: string[] = [];
    let cursor = '';
    do {
      const { answer } = await call('conversations.list', {
        limit: 2,
        ...(cursor && { cursor }),
      });
      expect(answer.channels.length).toBeLessThanOrEqual(2);
      names.push(...answer.channels.map(({ name }: Json) => name));
      cursor = answer.response_metadata.next_cursor;
    } while (cursor);
    expect(names).toEqual([...new Set(names)]);
    expect(names).toEqual(expect.arrayContaining(['general', 'deployments']));
  });

  it('posts, replies, updates and lists, with metadata when asked', async () => {
    const metadata = { event_type: 'test', event_payload: { key: 'one' } };
    const first = await post({ metadata });
    const reply = await post({ text: 'Reply', thread_ts: first.ts });
    const history = await call('conversations.history', {
      channel: 'C0GENERAL',
      include_all_metadata: true,
    });
    expect(history.answer.messages).toMatchObject([
      { ts: first.ts, metadata, reply_count: 1 },
    ]);
    const bare = await call('conversations.history', { channel: 'C0GENERAL' });
    expect(bare.answer.messages[0].metadata).toBeUndefined();
    const replies = await call('conversations.replies', {
      channel: 'C0GENERAL',
      ts: first.ts,
    });
    expect(replies.answer.messages.map(({ ts }: Json) => ts)).toEqual([
      first.ts,
      reply.ts,
    ]);
    const updated = await call('chat.update', {
      channel: 'C0GENERAL',
      ts: first.ts,
      text: 'Changed',
    });
    expect(updated.answer).toMatchObject({ text: 'Changed', ts: first.ts });
    expect(updated.answer.message.metadata).toEqual(metadata);
  });

  it('lists messages in pages, newest first', async () => {
    const posted: string[] = [];
    for (let index = 0; index < 5; index += 1) {
      posted.unshift((await post()).ts);
    }
    const page = (cursor = '') =>
      call('conversations.history', {
        channel: 'C0GENERAL',
        limit: 3,
        cursor,
      });
    const first = (await page()).answer;
    expect(first.has_more).toBe(true);
    const second = (await page(first.response_metadata.next_cursor)).answer;
    expect(
      [...first.messages, ...second.messages].map(({ ts }: Json) => ts),
    ).toEqual(posted);
    expect(second.has_more).toBe(false);
  });

  it.each([
    ['channel_not_found', { channel: 'C0NOWHERE' }],
    ['not_in_channel', { channel: 'leadership' }],
    ['no_text', { text: '' }],
    ['invalid_blocks', { blocks: [{ type: 'unheard-of' }] }],
    ['thread_not_found', { thread_ts: '1000000000.000001' }],
    ['invalid_blocks', { blocks: [{ type: 'header' }] }],
    [
      'invalid_blocks',
      {
        blocks: [
          {
            type: 'actions',
            elements: [{ ...BUTTON, value: 'v'.repeat(2_001) }],
          },
        ],
      },
    ],
    [
      'msg_blocks_too_long',
      {
        blocks: Array.from({ length: 6 }, () => ({
          type: 'section',
          text: { type: 'plain_text', text: 'x'.repeat(2_900) },
        })),
      },
    ],
  ])('refuses a message: %s', async (error, given) => {
    expect(await post(given)).toMatchObject({ ok: false, error });
  });

  it('takes a burst, then about a message a second a channel', async () => {
    const send = (channel: string) =>
      call('chat.postMessage', { channel, text: 'Burst' });
    for (let index = 0; index < 3; index += 1) {
      expect((await send('search')).status).toBe(200);
    }
    const limited = await send('search');
    expect(limited.status).toBe(429);
    expect(limited.headers.get('retry-after')).toBe('1');
    expect((await send('payments')).status).toBe(200);
    time += 1_000;
    expect((await send('search')).status).toBe(200);
  });

  it('fails as Slack does', async () => {
    faults.add({ service: 'slack', kind: 'status', status: 403, times: 1 });
    expect(await call('auth.test')).toMatchObject({
      status: 200,
      answer: { ok: false, error: 'missing_scope' },
    });
    faults.add({ service: 'slack', kind: 'status', status: 503, times: 1 });
    expect((await call('auth.test')).status).toBe(503);
    faults.add({ service: 'slack', kind: 'rate-limit', times: 1 });
    expect(await call('auth.test')).toMatchObject({
      status: 429,
      answer: { ok: false, error: 'ratelimited' },
    });
  });

  it('keeps messages over a restart, in their order whatever the clock says', async () => {
    const { ts } = await post();
    time -= 60_000;
    const next = await post({ text: 'Later' });
    expect(Number(next.ts)).toBeGreaterThan(Number(ts));
    const reopened = await open(service.directory, service.url);
    expect(await reopened.inventory()).toMatchObject({
      messages: [
        { channel: '#general', ts, text: 'Hello' },
        { channel: '#general', ts: next.ts, text: 'Later' },
      ],
    });
  });

  describe('and its buttons', () => {
    let receiver: Server;
    const received: { headers: Json; body: string }[] = [];

    beforeAll(async () => {
      receiver = createServer(async (request, response) => {
        let body = '';
        for await (const chunk of request) {
          body += chunk;
        }
        received.push({ headers: request.headers, body });
        response
          .writeHead(request.url === '/broken' ? 500 : 200)
          .end(request.url === '/talking' ? 'ok' : '');
      });
      receiver.listen(0, '127.0.0.1');
      await once(receiver, 'listening');
    });
    afterAll(async () => {
      receiver.closeAllConnections();
      receiver.close();
      await once(receiver, 'close');
    });

    const form = (path: string, fields: Record<string, string>) =>
      fetch(`${service.url}${path}`, {
        method: 'POST',
        body: new URLSearchParams(fields),
      });
    const goTo = (path: string) => {
      const { port } = receiver.address() as AddressInfo;
      return form('/settings', {
        interactivityUrl: `http://127.0.0.1:${port}${path}`,
      });
    };
    const ask = () =>
      post({
        blocks: [
          {
            type: 'header',
            text: { type: 'plain_text', text: '<b>Approve</b>?' },
          },
          { type: 'actions', elements: [BUTTON] },
        ],
      });
    const press = (ts: string, fields: Record<string, string> = {}) =>
      form('/press', {
        channel: 'C0GENERAL',
        ts,
        user: 'U0LEO',
        action_id: 'approve',
        ...fields,
      });
    const lastPayload = () =>
      JSON.parse(new URLSearchParams(received.pop()!.body).get('payload')!);

    it('sends a click signed, and shows the page again', async () => {
      await goTo('/slack');
      const { ts } = await ask();
      const page = await press(ts);
      const html = await page.text();
      expect(html).toContain('&#60;b&#62;Approve');
      expect(html).not.toContain('did not take');
      const { headers, body } = received.pop()!;
      const timestamp = headers['x-slack-request-timestamp'];
      expect(Number(timestamp)).toBe(Math.floor(time / 1_000));
      const expected = createHmac('sha256', 'sandbox-slack-signing-secret')
        .update(`v0:${timestamp}:${body}`)
        .digest('hex');
      expect(headers['x-slack-signature']).toBe(`v0=${expected}`);
      const payload = JSON.parse(new URLSearchParams(body).get('payload')!);
      expect(payload).toMatchObject({
        type: 'block_actions',
        user: { id: 'U0LEO', team_id: 'T0SANDBOX' },
        container: { channel_id: 'C0GENERAL', message_ts: ts },
        actions: [{ action_id: 'approve', value: 'opaque', type: 'button' }],
        state: { values: {} },
      });
    });

    describe('open a dialog', () => {
      const VIEW = {
        type: 'modal',
        callback_id: 'ours',
        private_metadata: 'remembered',
        title: { type: 'plain_text', text: 'Reject' },
        submit: { type: 'plain_text', text: 'Send' },
        blocks: [
          {
            type: 'input',
            block_id: 'why',
            label: { type: 'plain_text', text: 'Why <not>?' },
            element: {
              type: 'plain_text_input',
              action_id: 'words',
              multiline: true,
              max_length: 20,
            },
          },
        ],
      };
      const openView = async (
        trigger: string,
        view: object | undefined = VIEW,
      ) => (await call('views.open', { trigger_id: trigger, view })).answer;
      const pressed = async (): Promise<{ ts: string; trigger: string }> => {
        await goTo('/slack');
        const { ts } = await ask();
        await press(ts);
        return { ts, trigger: lastPayload().trigger_id };
      };
      const pageOf = async (user: string) =>
        (await fetch(`${service.url}/archives/C0GENERAL?as=${user}`)).text();
      const submit = (view: string, fields: Record<string, string>) =>
        form('/submit', { view, ...fields });

      it('for who has pressed, and send what was written signed', async () => {
        const { ts, trigger } = await pressed();
        const { ok, view } = await openView(trigger);
        expect(ok).toBe(true);
        expect(view).toMatchObject({
          private_metadata: 'remembered',
          state: { values: {} },
        });
        await ask();
        const seen = await pageOf('U0LEO');
        expect(seen).toContain('Why &#60;not&#62;?<textarea');
        // At its message alone.
        expect(seen.split('<dialog')).toHaveLength(2);
        expect(seen.indexOf(`id="m${ts}"`)).toBeLessThan(
          seen.indexOf('<dialog'),
        );
        expect(await pageOf('U0DANA')).not.toContain('<dialog');

        const page = await submit(view.id, { comment: 'Too dear' });

        const html = await page.text();
        expect(html).toContain('pressed Send in the dialog; the app took it');
        expect(html).not.toContain('<dialog');
        const { headers, body } = received.at(-1)!;
        const timestamp = headers['x-slack-request-timestamp'];
        const expected = createHmac('sha256', 'sandbox-slack-signing-secret')
          .update(`v0:${timestamp}:${body}`)
          .digest('hex');
        expect(headers['x-slack-signature']).toBe(`v0=${expected}`);
        expect(lastPayload()).toMatchObject({
          type: 'view_submission',
          user: { id: 'U0LEO', team_id: 'T0SANDBOX' },
          view: {
            id: view.id,
            callback_id: 'ours',
            private_metadata: 'remembered',
            state: {
              values: {
                why: { words: { type: 'plain_text_input', value: 'Too dear' } },
              },
            },
          },
        });
        expect((await submit(view.id, { comment: 'Again' })).status).toBe(409);
        expect((await press(ts)).status).toBe(200);
      });

      it('once, at once', async () => {
        const { trigger } = await pressed();
        await openView(trigger);
        expect(await openView(trigger)).toMatchObject({
          error: 'exchanged_trigger_id',
        });
        expect(await openView('1.2.made-up')).toMatchObject({
          error: 'invalid_trigger_id',
        });
        const { trigger: late } = await pressed();
        time += 3_001;
        expect(await openView(late)).toMatchObject({
          error: 'expired_trigger_id',
        });
      });

      it.each([
        ['no view', { type: 'home' }],
        [
          'a long title',
          { title: { type: 'plain_text', text: 'x'.repeat(25) } },
        ],
        ['no way to send it', { submit: undefined }],
        ['too much to remember', { private_metadata: 'x'.repeat(3_001) }],
        ['nothing to fill in', { blocks: [] }],
        [
          'a field without a label',
          { blocks: [{ ...VIEW.blocks[0], label: undefined }] },
        ],
      ])('but not with %s', async (_what, change) => {
        const { trigger } = await pressed();
        expect(await openView(trigger, { ...VIEW, ...change })).toMatchObject({
          error: 'invalid_arguments',
        });
        expect(await openView(trigger)).toMatchObject({ ok: true });
      });

      it('that sends neither nothing nor too much, and can be closed', async () => {
        const { trigger } = await pressed();
        const { view } = await openView(trigger);
        const before = received.length;
        for (const comment of ['', '  ', 'x'.repeat(21)]) {
          expect((await submit(view.id, { comment })).status).toBe(409);
        }
        expect(await pageOf('U0LEO')).toContain('<dialog');
        expect((await submit(view.id, { close: '1' })).status).toBe(200);
        expect(await pageOf('U0LEO')).not.toContain('<dialog');
        expect(received).toHaveLength(before);
      });

      it.each(['/broken', '/talking'])(
        'that stays when the app does not take it: %s',
        async path => {
          const { trigger } = await pressed();
          const { view } = await openView(trigger);
          await goTo(path);
          await submit(view.id, { comment: 'Too dear' });
          expect(await pageOf('U0LEO')).toContain('<dialog');
          await goTo('/slack');
          await submit(view.id, { comment: 'Too dear' });
          expect(await pageOf('U0LEO')).not.toContain('<dialog');
        },
      );
    });

    it('shows a person what they got, and lets them press in their own name', async () => {
      await goTo('/slack');
      const { answer } = await call('conversations.open', { users: 'U0LEO' });
      const channel = answer.channel.id;
      const { ts } = await post({
        channel,
        blocks: [{ type: 'actions', elements: [BUTTON] }],
      });
      await post({ channel, text: 'Still open', thread_ts: ts });
      const own = await (await fetch(`${service.url}/as/leo`)).text();
      expect(own).toContain('Signed in as');
      expect(own).toContain('name="user" value="U0LEO"');
      expect(own).toMatch(/aria-label="Thread".*1 reply.*Still open/s);
      await form('/press', {
        channel,
        ts,
        user: 'U0LEO',
        action_id: 'approve',
      });
      await call('chat.update', { channel, ts, text: 'Approved by Leo' });
      const feed = await (
        await fetch(`${service.url}/archives/${channel}?part=feed`)
      ).text();
      expect(feed).toContain('pressed Approve; the app took it');
      expect(feed).toContain('edited');
      expect(feed).not.toContain('<html');
      expect((await fetch(`${service.url}/as/gone`)).status).toBe(404);
    });

    it('sends clicks to where the portal is now, unless somebody chose otherwise', async () => {
      const shown = async () => (await fetch(service.url)).text();
      standIn = await open(service.directory, service.url, 'http://portal:2');
      expect(await shown()).toContain(
        'value="http://portal:2/api/approvals/answers/slack"',
      );
      await goTo('/elsewhere');
      expect(await shown()).toContain('/elsewhere"');
    });

    it('says when the app did not take it, and lists clicks', async () => {
      await goTo('/broken');
      const { ts } = await ask();
      expect(await (await press(ts)).text()).toContain('did not take');
      const home = await (await fetch(service.url)).text();
      expect(home).toContain('<td>500</td>');
      expect(home).toContain('/broken');
    });

    it('presses nothing that is not there', async () => {
      const { ts } = await ask();
      expect((await press(ts, { action_id: 'other' })).status).toBe(409);
      expect((await press('1000000000.000001')).status).toBe(409);
      const forged = await fetch(`${service.url}/press`, {
        method: 'POST',
        headers: { origin: 'https://elsewhere.example.com' },
        body: new URLSearchParams({ ts }),
      });
      expect(forged.status).toBe(403);
    });
  });
});
