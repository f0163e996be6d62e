import { JsonObject } from '@backstage/types';
import { parse } from 'yaml';
import { attemptOf, PR_URL } from '../__testUtils__/fakes';
import { setupActions } from '../__testUtils__/setupActions';
import { conditionExamples, mergeExamples } from './waitForCondition.examples';

const INPUT: JsonObject = {
  condition: 'http',
  with: { url: 'https://deployments.example.com/orders' },
};
const of = (
  input: JsonObject = INPUT,
  options: Parameters<typeof attemptOf>[1] = {},
) => attemptOf('wait', { input, ...options });
const NEW_PR = {
  repoUrl: 'github.com?owner=myorg&repo=infrastructure',
  branchName: 'db-orders',
  title: 'Provision database: orders',
  sourcePath: '.',
};

it.each(
  [...conditionExamples, ...mergeExamples].map(({ description, example }) => [
    description,
    example,
  ]),
)('example: %s', async (_, example) => {
  const [{ action, input }] = parse(example).steps;
  const { run, condition, git } = setupActions();
  condition.state = { status: 'met', description: 'It is healthy.' };
  await git.createPullRequest({
    ...NEW_PR,
    branch: 'db-orders',
    files: [],
    runKey: 'task-1/pr/one',
  } as never);
  git.state = 'merged';
  const tried = of(input);
  await run(action, tried);
  expect(Object.keys(tried.outputs)).not.toEqual([]);
  const dry = of(input, { isDryRun: true });
  await run(action, dry);
  expect(dry.lines).toEqual([expect.stringContaining('Dry run: would wait')]);
});

describe('wait:for-condition', () => {
  it('goes on when it is met', async () => {
    const { run, condition, pause, runs } = setupActions();
    pause.onSleep = () => {
      condition.state = {
        status: 'met',
        description: 'It is healthy.',
        output: { version: 2 },
      };
    };
    const tried = of();
    await run('wait:for-condition', tried);
    expect(tried.outputs).toEqual({
      description: 'It is healthy.',
      output: { version: 2 },
    });
    expect(tried.lines).toEqual(
      expect.arrayContaining(['Not yet.', 'It is healthy.']),
    );
    expect(runs.suspensions).toEqual([]);
  });

  it('parks the run, and goes on in another attempt', async () => {
    const { run, condition, runs } = setupActions({ inlineWaitMs: 0 });
    const first = of();
    runs.onSuspend = () => first.abort.abort();
    await expect(run('wait:for-condition', first)).rejects.toMatchObject({
      name: 'WaitingError',
    });
    const url = 'https://deployments.example.com/orders';
    expect(runs.suspensions).toEqual([
      expect.objectContaining({
        title: `Waits for an answer of ${url}`,
        wait: {
          kind: 'condition',
          ref: JSON.stringify(['http', { url }, '1970-01-01T01:00:00.000Z']),
          subject: url,
        },
      }),
    ]);
    condition.state = { status: 'met', description: 'It is healthy.' };
    await run('wait:for-condition', of(INPUT, { by: 'service' }));
    expect(runs.settled).toHaveLength(1);
  });

  it('fails when it can not be met any more', async () => {
    const { run, condition, runs } = setupActions();
    condition.state = { status: 'failed', description: 'It has crashed.' };
    await expect(run('wait:for-condition', of())).rejects.toThrow(
      'It has crashed.',
    );
    expect(runs.reports[0].problem).toMatchObject({
      what: 'It has crashed.',
      whose: 'yours',
      canPass: false,
    });
  });

  it('fails with what the look says, and parks nothing', async () => {
    const { run, condition, runs } = setupActions();
    condition.check = async () => {
      throw new Error('Reading from there is not allowed');
    };
    await expect(run('wait:for-condition', of())).rejects.toThrow(
      'not allowed',
    );
    expect(runs.suspensions).toEqual([]);
  });

  it.each([
    [{ ...INPUT, condition: 'weather' }, 'Write one of http, pull-request'],
    [{ ...INPUT, with: {} }, 'with.url is missing'],
  ])('refuses %j', async (input, message) => {
    const { run, condition } = setupActions();
    await expect(run('wait:for-condition', of(input))).rejects.toThrow(message);
    expect(condition.looks).toBe(0);
  });
});

describe('git:pull-request:wait-for-merge', () => {
  const setup = async (options: Parameters<typeof setupActions>[0] = {}) => {
    const all = setupActions(options);
    await all.git.createPullRequest({
      ...NEW_PR,
      branch: 'db-orders',
      files: [],
      runKey: 'task-1/pr/one',
    } as never);
    return all;
  };
  const wait = () => of({ prUrl: PR_URL });

  it('parks the run until somebody has merged it', async () => {
    const { run, git, runs } = await setup({ inlineWaitMs: 0 });
    const first = wait();
    runs.onSuspend = () => first.abort.abort();
    const action = 'git:pull-request:wait-for-merge';
    await expect(run(action, first)).rejects.toMatchObject({
      name: 'WaitingError',
    });
    expect(runs.suspensions[0]).toMatchObject({
      title: `Waits for the merge of ${PR_URL}`,
      wait: { kind: 'condition', subject: PR_URL },
    });
    git.state = 'merged';
    const second = wait();
    await run(action, second);
    expect(second.outputs).toEqual({ mergeCommit: expect.any(String) });
  });

  it('fails where it was closed', async () => {
    const { run, git } = await setup();
    git.state = 'closed';
    await expect(
      run('git:pull-request:wait-for-merge', wait()),
    ).rejects.toThrow('was closed without being merged');
  });
});
