import { z } from 'zod';
import { problemOf } from '../problems';
import { HttpClient } from './HttpClient';
import { JsonApi, JsonCall } from './JsonApi';

const TOKEN = 'canary-token';

function setUp(respond: () => Response) {
  const requests: { url: string; options: RequestInit }[] = [];
  const http: Pick<HttpClient, 'fetch' | 'now'> = {
    now: () => 0,
    fetch: async (url, options = {}) => {
      requests.push({ url: String(url), options });
      return respond();
    },
  };
  const api = JsonApi.create({
    vendor: 'Desk',
    address: 'https://desk.example.com/api',
    token: TOKEN,
    headers: { 'x-version': '1' },
    http,
  });
  const call = (options: Partial<JsonCall<{ id: number }>> = {}) =>
    api.call({
      action: 'read a ticket',
      path: ['tickets', 'a/b c'],
      answer: z.object({ id: z.number() }),
      ...options,
    });
  const find = () =>
    api.find({ action: 'find a ticket', path: [], answer: z.unknown() });
  return { call, find, requests };
}

it('sends what it is told, and gives what was asked for alone', async () => {
  const { call, requests } = setUp(() => Response.json({ id: 1, more: true }));
  const body = { title: 'x' };
  expect(await call({ method: 'PUT', query: { a: 'b&c' }, body })).toEqual({
    id: 1,
  });
  const [{ url, options }] = requests;
  expect(url).toBe('https://desk.example.com/api/tickets/a%2Fb%20c?a=b%26c');
  expect(options).toMatchObject({
    method: 'PUT',
    body: JSON.stringify(body),
    redirect: 'manual',
    headers: {
      authorization: `Bearer ${TOKEN}`,
      'x-version': '1',
      'content-type': 'application/json',
    },
  });
});

it.each([
  [{ message: `no ${TOKEN}` }, 'no [redacted]'],
  [{ error: 'no' }, 'no'],
  [{ other: 'no' }, undefined],
])('says a refusal in the words of %j', async (body, raw) => {
  const { call } = setUp(() => Response.json(body, { status: 404 }));
  const error = await call({ remedies: { 404: 'Look there.' } }).catch(e => e);
  expect(error.name).toBe('NotFoundError');
  expect(error.message).not.toContain(TOKEN);
  const problem = problemOf(error);
  expect(problem).toMatchObject({ remedy: 'Look there.', status: 404 });
  expect(problem?.raw).toBe(raw);
});

it.each([
  ['another thing', () => Response.json({ id: 'one' })],
  ['no JSON', () => new Response('<html>')],
])('does not believe %s', async (_, respond) => {
  const { call } = setUp(respond);
  const error = await call().catch(e => e);
  expect(error.name).toBe('ServiceUnavailableError');
  expect(problemOf(error)).toMatchObject({ vendor: 'Desk', canPass: true });
});

it('finds nothing where there is nothing, and says every other refusal', async () => {
  const refusing = (status: number) =>
    setUp(() => Response.json({}, { status })).find();
  expect(await refusing(404)).toBeUndefined();
  await expect(refusing(403)).rejects.toMatchObject({
    name: 'NotAllowedError',
  });
});
