import { mockServices } from '@backstage/backend-test-utils';
import { NotAllowedError, NotFoundError } from '@backstage/errors';
import { JsonObject } from '@backstage/types';
import { GitProvider, PullRequest } from '@self-service/plugin-providers-node';
import { FakeCondition } from '../__testUtils__/FakeCondition';
import { parseConditionRef, toConditionRef } from './conditionRef';
import { createConditionWaitChecker } from './conditionWaitChecker';
import { createHttpCondition } from './httpCondition';
import { createMergeCondition } from './mergeCondition';

const URL = 'https://deployments.example.com/orders';

describe('condition refs', () => {
  it('are read as they were written, whatever the order of fields', () => {
    const wait = { kind: 'http', input: { url: URL, pointer: '/a' } };
    expect(parseConditionRef(toConditionRef(wait))).toEqual(wait);
    const due = '2026-01-02T03:04:05.000Z';
    expect(parseConditionRef(toConditionRef({ ...wait, due }))).toEqual({
      ...wait,
      due,
    });
    expect(toConditionRef({ kind: 'a', input: { x: 1, y: 2 } })).toBe(
      toConditionRef({ kind: 'a', input: { y: 2, x: 1 } }),
    );
  });

  it.each(['', 'x', '[]', '["a"]', '["a",[]]', '[1,{}]', '["a",{},3]'])(
    '%j is not one',
    ref => {
      expect(parseConditionRef(ref)).toBeUndefined();
    },
  );
});

describe('the wait checker', () => {
  const ref = (kind: string, due?: string) =>
    toConditionRef({ kind, input: { url: URL }, due });

  it('finds what is met, what has failed and what is due', async () => {
    const condition = new FakeCondition();
    const due = '2026-01-02T03:04:05.000Z';
    let now = Date.parse(due) - 1;
    const checker = createConditionWaitChecker(
      [condition],
      () => {},
      () => now,
    );
    const all = [ref('http', due), ref('unknown'), 'nonsense'];
    expect(await checker.findOver(all)).toEqual([]);
    for (const status of ['met', 'failed'] as const) {
      condition.state = { status, description: '' };
      expect(await checker.findOver(all)).toEqual([all[0]]);
    }
    condition.state = { status: 'open', description: '' };
    const { looks } = condition;
    now += 1;
    expect(await checker.findOver(all)).toEqual([all[0]]);
    expect(condition.looks).toBe(looks);
  });

  it('asks again later about what it could not read, and goes on', async () => {
    const broken = new FakeCondition();
    broken.check = async () => {
      throw new Error('503');
    };
    const many = {
      ...new FakeCondition(),
      kind: 'many',
      describe: () => ({ title: '' }),
      check: async () => ({ status: 'met' as const, description: '' }),
      checkMany: async (inputs: readonly JsonObject[]) =>
        inputs.map(() => ({ status: 'met' as const, description: '' })),
    };
    const failures: string[] = [];
    const checker = createConditionWaitChecker([broken, many], failed =>
      failures.push(failed),
    );
    expect(await checker.findOver([ref('http'), ref('many')])).toEqual([
      ref('many'),
    ]);
    expect(failures).toEqual([ref('http')]);
    many.checkMany = async () => {
      throw new Error('503');
    };
    expect(await checker.findOver([ref('many')])).toEqual([]);
    expect(failures).toHaveLength(2);
  });
});

describe('http', () => {
  const answering = (answer: string | Error) =>
    createHttpCondition(
      mockServices.urlReader.mock({
        readUrl: async () => {
          if (answer instanceof Error) {
            throw answer;
          }
          return { buffer: async () => Buffer.from(answer) };
        },
      }),
    );
  const PHASE = {
    url: URL,
    pointer: '/status/a~1b',
    equals: 'up',
    fails: ['down'],
  };

  it.each([
    ['answers', '', { url: URL }, 'met'],
    ['is not there', new NotFoundError('404'), { url: URL }, 'open'],
    ['has the value', '{"status":{"a/b":"up"}}', PHASE, 'met'],
    ['has another', '{"status":{"a/b":"on its way"}}', PHASE, 'open'],
    ['has one that fails', '{"status":{"a/b":"down"}}', PHASE, 'failed'],
    ['lacks the part', '{"status":[]}', PHASE, 'open'],
    ['inherits the part', '{}', { ...PHASE, pointer: '/toString' }, 'open'],
    ['is no JSON', '<html>', PHASE, 'open'],
    [
      'is all of the value',
      '{"a":[1]}',
      { url: URL, pointer: '', equals: { a: [1] } },
      'met',
    ],
  ] as [string, string | Error, JsonObject, string][])(
    'that %s',
    async (_, answer, input, status) => {
      expect(await answering(answer).check(input)).toMatchObject({ status });
    },
  );

  it('does not wait for what may not be read', async () => {
    const refused = answering(new NotAllowedError('not in reading.allow'));
    await expect(refused.check({ url: URL })).rejects.toThrow('reading.allow');
  });

  it.each([
    [{}, 'with.url'],
    [{ url: 'file:///etc/passwd' }, 'with.url'],
    [{ url: URL, pointer: 'status', equals: 1 }, 'with.pointer'],
    [{ url: URL, pointer: '/status' }, 'with.equals is missing'],
    [{ url: URL, equals: 1 }, 'with.pointer is missing'],
    [{ url: URL, headers: {} }, 'headers'],
  ] as [JsonObject, string][])('refuses %j', (input, message) => {
    expect(() => answering('').describe(input)).toThrow(message);
  });

  it('says what is waited for', () => {
    expect(answering('').describe(PHASE)).toEqual({
      title: `"up" in /status/a~1b of ${URL}`,
      subject: URL,
    });
  });
});

describe('pull-request-merged', () => {
  const toUrl = (number: number) => `https://git.example/o/r/pull/${number}`;
  const states = new Map<string, PullRequest['state']>([
    [toUrl(1), 'open'],
    [toUrl(2), 'merged'],
    [toUrl(3), 'closed'],
  ]);
  const toPullRequest = (url: string) => ({
    url,
    state: states.get(url)!,
    mergeCommit: states.get(url) === 'merged' ? 'abc' : undefined,
  });
  const git = {
    parsePullRequestUrl: (url: string) =>
      url.startsWith('https://git.example/') ? {} : undefined,
    getPullRequest: async (url: string) => toPullRequest(url),
    listPullRequestStates: jest.fn(async (urls: string[]) => {
      const known = urls.filter(url => states.has(url));
      return new Map(
        known.map(url => [url, { pullRequest: toPullRequest(url) }]),
      );
    }),
  } as unknown as GitProvider;
  const condition = createMergeCondition([git], () => {});

  it('is met by a merge, and fails by a closing', async () => {
    const check = async (number: number) =>
      (await condition.check({ prUrl: toUrl(number) })).status;
    expect([await check(1), await check(2), await check(3)]).toEqual([
      'open',
      'met',
      'failed',
    ]);
    expect(await condition.check({ prUrl: toUrl(2) })).toMatchObject({
      output: { mergeCommit: 'abc' },
    });
  });

  it('reads many in one request', async () => {
    const inputs = [1, 2, 9, 3].map(number => ({ prUrl: toUrl(number) }));
    const found = await condition.checkMany!(inputs);
    expect(found.map(state => state?.status)).toEqual([
      'open',
      'met',
      undefined,
      'failed',
    ]);
    expect(git.listPullRequestStates).toHaveBeenCalledTimes(1);
  });

  it('refuses what is no address of a pull request', async () => {
    expect(() => condition.describe({ prUrl: 'orders' })).toThrow('prUrl');
    await expect(
      condition.check({ prUrl: 'https://elsewhere.example/1' }),
    ).rejects.toThrow();
  });
});
