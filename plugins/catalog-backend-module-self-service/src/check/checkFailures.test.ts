import { TemplateStep } from '../template';
import { checkFailures } from './checkFailures';
import { readFormParameters } from './formParameters';

const form = readFormParameters({ properties: { name: { type: 'string' } } });
const MANUAL = { group: 'platform-team', instructions: 'Look at it' };
const ROLLBACK = {
  operation: 'git:close-pull-request',
  input: { repoUrl: 'github.com?owner=o&repo=r', branch: 'db-{name}' },
};

const check = (...steps: TemplateStep[]) =>
  checkFailures(steps, form).map(({ level, path }) => `${level} ${path}`);
const pullRequest = (onFailure: unknown): TemplateStep => ({
  id: 'pr',
  action: 'github:pull-request',
  onFailure,
});
const stock = (rollback: unknown): TemplateStep => ({
  action: 'publish:github:pull-request',
  rollback,
});

describe('onFailure', () => {
  it.each<[unknown]>([
    ['abort'],
    ['skip'],
    [{ retry: { attempts: 3 } }],
    [{ retry: { attempts: 3, delay: 1, maximumDelay: 60 }, then: 'skip' }],
    [{ manual: MANUAL }],
    [{ manual: { ...MANUAL, group: 'group:default/platform-team' } }],
    [{ retry: { attempts: 1 }, then: { manual: MANUAL } }],
  ])('may be %j for an action of ours', onFailure => {
    expect(check(pullRequest(onFailure))).toEqual([]);
  });

  it.each<[unknown]>([
    ['retry'],
    [null],
    [{ retry: { attempts: 0 } }],
    [{ retry: { attempts: 99 } }],
    [{ retry: {}, then: 'skip' }],
    [{ manual: { group: 'x' } }],
    [{ skip: true }],
  ])('is refused with what is allowed: %j', onFailure => {
    const [problem] = checkFailures([pullRequest(onFailure)], form);
    expect(problem).toMatchObject({
      level: 'error',
      path: 'spec.steps[0].onFailure',
    });
    expect(problem.message).toContain('abort, skip, { retry');
  });

  it.each<[string, unknown, string]>([
    ['publish:github:pull-request', 'skip', 'Use git:pull-request:create'],
    ['catalog:register', 'skip', 'Use catalog:register-component'],
    [
      'debug:log',
      { retry: { attempts: 1 } },
      'nobody catch or repeat the failure',
    ],
    ['company:do', { manual: MANUAL }, 'name with rollback'],
  ])('of %s can’t be more than abort', (action, onFailure, words) => {
    const [problem, ...others] = checkFailures([{ action, onFailure }], form);
    expect(others).toEqual([]);
    expect(problem).toMatchObject({
      level: 'error',
      path: 'spec.steps[0].onFailure',
    });
    expect(problem.message).toContain(words);
    expect(check({ action, onFailure: 'abort' })).toEqual([]);
  });

  it.each<[unknown]>([
    ['skip'],
    [{ retry: { attempts: 1 } }],
    [{ manual: MANUAL }],
  ])('of a gate can’t be %j', onFailure => {
    expect(check({ action: 'approval:request', onFailure })).toEqual([
      'error spec.steps[0].onFailure',
    ]);
  });

  it('of an apply can’t be skip, but a person may look at it', () => {
    const action = 'terraform:wait-for-apply';
    expect(check({ action, onFailure: 'skip' })).toEqual([
      'error spec.steps[0].onFailure',
    ]);
    expect(
      check({ action, onFailure: { retry: { attempts: 1 }, then: 'skip' } }),
    ).toEqual(['error spec.steps[0].onFailure']);
    expect(check({ action, onFailure: { manual: MANUAL } })).toEqual([]);
  });

  it.each(['user:default/pat', 'a:b:c', 'group:'])(
    'asks a group, not %s',
    group => {
      const manual = { ...MANUAL, group };
      expect(check(pullRequest({ manual }))).toEqual([
        'error spec.steps[0].onFailure.manual.group',
      ]);
      expect(
        check(pullRequest({ retry: { attempts: 1 }, then: { manual } })),
      ).toEqual(['error spec.steps[0].onFailure.then.manual.group']);
    },
  );

  it('asks nobody under each', () => {
    expect(check({ ...pullRequest({ manual: MANUAL }), each: [1, 2] })).toEqual(
      ['error spec.steps[0].onFailure'],
    );
  });

  it.each<[string, TemplateStep, string[]]>([
    [
      'uses an output',
      { id: 'next', input: { url: '${{ steps.pr.output.remoteUrl }}' } },
      ['warning spec.steps[0].onFailure'],
    ],
    [
      'uses it by index',
      { input: { url: '${{ steps["pr"].output.remoteUrl }}' } },
      ['warning spec.steps[0].onFailure'],
    ],
    [
      'uses all of them',
      { input: { all: "${{ steps['pr'].output }}" } },
      ['warning spec.steps[0].onFailure'],
    ],
    [
      'asks first',
      {
        if: "${{ not steps['pr'].output.skipped }}",
        input: { url: "${{ steps['pr'].output.remoteUrl }}" },
      },
      [],
    ],
    [
      'only tells the reason',
      { input: { text: '${{ steps.pr.output.skipReason }}' } },
      [],
    ],
    [
      'uses another step',
      { input: { url: '${{ steps.prs.output.remoteUrl }}' } },
      [],
    ],
  ])('skip, and a later step %s', (_name, later, expected) => {
    expect(check(pullRequest('skip'), later)).toEqual(expected);
    expect(check(pullRequest('abort'), later)).toEqual([]);
  });
});

describe('rollback', () => {
  it('names what undoes a stock action', () => {
    expect(check(stock(ROLLBACK))).toEqual([]);
    expect(
      check({
        action: 'publish:github',
        rollback: {
          operation: 'git:delete-repository',
          input: { repoUrl: 'github.com?owner=o&repo={name}' },
        },
      }),
    ).toEqual([]);
  });

  it('is not for actions that keep the ledger', () => {
    expect(
      check({ action: 'github:pull-request', rollback: ROLLBACK }),
    ).toEqual(['error spec.steps[0].rollback']);
  });

  const input = ROLLBACK.input;
  it.each<[string, unknown, string]>([
    ['no object', 'git:close-pull-request', ''],
    ['an unknown operation', { ...ROLLBACK, operation: 'x' }, '.operation'],
    [
      'a missing input',
      { ...ROLLBACK, input: { repoUrl: input.repoUrl } },
      '.input.branch',
    ],
    [
      'an input of something else',
      { ...ROLLBACK, input: { ...input, path: 'x' } },
      '.input.path',
    ],
    [
      'an expression',
      { ...ROLLBACK, input: { ...input, branch: '${{ parameters.name }}' } },
      '.input.branch',
    ],
    [
      'a parameter that the form lacks',
      { ...ROLLBACK, input: { ...input, branch: 'db-{nam}' } },
      '.input.branch',
    ],
    [
      'a repository that is none',
      { ...ROLLBACK, input: { ...input, repoUrl: 'github.com/o/r' } },
      '.input.repoUrl',
    ],
  ])('is refused with its place: %s', (_name, rollback, path) => {
    expect(check(stock(rollback))).toEqual([
      `error spec.steps[0].rollback${path}`,
    ]);
  });
});
