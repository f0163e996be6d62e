import { mockServices } from '@backstage/backend-test-utils';
import {
  ConflictError,
  InputError,
  ServiceUnavailableError,
} from '@backstage/errors';
import { createSecretSealer } from '@self-service/plugin-runs-node';
import { withProblem } from '@self-service/plugin-providers-node';
import { ConfigReader } from '@backstage/config';
import {
  attemptOf,
  FakeApprovals,
  FakePause,
  FakeRuns,
  scaffolderWith,
} from '../../__testUtils__/fakes';
import { WaitAuthoriser } from '../../authorisation/WaitAuthoriser';
import { RefusedError } from '../RefusedError';
import { WaitingError } from '../WaitingError';
import { ActingStep } from './ActingStep';
import { withFailureBehaviour } from './withFailureBehaviour';

const START = Date.parse('2026-11-22T10:00:00.000Z');
const DIGEST = 'd'.repeat(64);
const MANUAL = {
  manual: { group: 'platform-team', instructions: 'Free the name {name}' },
};

const passing = (what = 'The vendor is down', retryAt?: string) =>
  withProblem(new ServiceUnavailableError(what), {
    what,
    whose: 'vendor',
    canPass: true,
    remedy: 'Wait.',
    retryAt,
  });

/** One run of one step: its attempts share what the scaffolder keeps. */
function setup(onFailure: unknown, options: { mayWait?: boolean } = {}) {
  const runs = new FakeRuns();
  const pause = new FakePause();
  const checkpoints = {};
  const events: { id: number; type: string; body: object }[] = [];
  const services = {
    approvals: new FakeApprovals(),
    runs,
    pause,
    now: () => START + pause.now(),
    random: () => 1,
    auth: mockServices.auth(),
    scaffolder: scaffolderWith(
      [
        { id: 'step', action: 'x', onFailure },
        { id: 'after', action: 'y' },
      ],
      { name: 'orders' },
      events,
    ),
    sealer: createSecretSealer(new ConfigReader({})),
    waitAuthoriser: {
      findProblems: async () =>
        options.mayWait === false ? ['You may not.'] : [],
    } as unknown as WaitAuthoriser,
  };
  /** As the scaffolder does when a step throws, a park included. */
  const logFailure = () =>
    events.push({
      id: events.length + 1,
      type: 'log',
      body: { stepId: 'step', status: 'failed' },
    });
  /** One attempt; a park ends it, as the scaffolder's abort would. */
  const attempt = async (
    act: (step: ActingStep) => Promise<void>,
    by: 'requester' | 'service' = 'requester',
    { abortOnly, killed }: { abortOnly?: boolean; killed?: boolean } = {},
  ) => {
    const tried = attemptOf('step', { by, checkpoints });
    runs.onSuspend = () => {
      if (runs.suspendOutcome === 'parking') {
        tried.abort.abort();
      }
    };
    const error = await withFailureBehaviour(
      tried.context,
      services,
      { inputDigest: DIGEST, abortOnly },
      act,
    ).then(
      () => undefined,
      (thrown: Error) => thrown,
    );
    if (error && !killed) {
      logFailure();
    }
    return { ...tried, error };
  };
  const outcomes = () => runs.reports.map(({ outcome }) => outcome);
  return { runs, pause, attempt, outcomes };
}

/** An act that fails with these errors in turn, then succeeds. */
function failing(...errors: Error[]) {
  const tries = { count: 0 };
  return Object.assign(tries, {
    act: async () => {
      const error = errors[tries.count];
      tries.count += 1;
      if (error) {
        throw error;
      }
    },
  });
}

describe('abort', () => {
  it.each([undefined, 'abort'])('gives up and reports (%s)', async value => {
    const { attempt, runs } = setup(value);
    const tries = failing(passing());
    const { error, outputs } = await attempt(tries.act);
    expect(error).toMatchObject({ name: 'ServiceUnavailableError' });
    expect(tries.count).toBe(1);
    expect(outputs).toEqual({});
    expect(runs.reports).toEqual([
      {
        taskId: 'task-1',
        stepId: 'step',
        outcome: 'failed',
        problem: expect.objectContaining({ whose: 'vendor' }),
      },
    ]);
  });

  it('is all that a gate takes', async () => {
    const { attempt, outcomes } = setup('skip');
    const { error } = await attempt(failing(passing()).act, 'requester', {
      abortOnly: true,
    });
    expect(error).toBeDefined();
    expect(outcomes()).toEqual(['failed']);
  });

  it('fails before it acts where the behaviour is unknown', async () => {
    const { attempt } = setup({ retry: { attempts: 99 } });
    const tries = failing();
    const { error } = await attempt(tries.act);
    expect(error?.message).toContain("onFailure of step 'step'");
    expect(tries.count).toBe(0);
  });

  it('fails with the step’s error where the report can’t be made', async () => {
    const { attempt, runs } = setup('abort');
    runs.reportStep = async () => {
      throw new Error('runs are down');
    };
    const { error } = await attempt(failing(passing('first')).act);
    expect(error?.message).toBe('first');
  });
});

describe('what is no failure', () => {
  it.each([
    ['a wait', () => new WaitingError('waits')],
    ['a cancel', () => new Error('cancelled')],
  ])('%s is passed on, whatever the behaviour', async (name, toError) => {
    const { attempt, outcomes } = setup('skip');
    const { error, outputs } = await attempt(async ({ run }) => {
      if (name === 'a cancel') {
        Object.assign(run.action, { signal: AbortSignal.abort() });
      }
      throw toError();
    });
    expect(error).toBeDefined();
    expect(outputs).toEqual({});
    expect(outcomes()).toEqual([]);
  });
});

describe('skip', () => {
  it('goes on, and later steps can ask', async () => {
    const { attempt, runs } = setup('skip');
    const { error, outputs } = await attempt(
      failing(new InputError('No such file')).act,
    );
    expect(error).toBeUndefined();
    expect(outputs).toEqual({ skipped: true, skipReason: 'No such file' });
    expect(runs.reports[0]).toMatchObject({
      outcome: 'skipped',
      problem: { whose: 'yours', canPass: false },
    });
  });

  it('is the same when the process is killed before it is noted', async () => {
    const { attempt } = setup('skip');
    const tries = failing(new InputError('No'), new InputError('No'));
    const first = await attempt(tries.act);
    const second = await attempt(tries.act, 'service');
    expect(tries.count).toBe(2);
    expect(second.outputs).toEqual(first.outputs);
  });

  it('does not get around a refusal', async () => {
    const { attempt, outcomes } = setup({
      retry: { attempts: 3 },
      then: 'skip',
    });
    const tries = failing(new RefusedError('Denied by policy.'));
    const { error, outputs } = await attempt(tries.act);
    expect(error?.message).toBe('Denied by policy.');
    expect(tries.count).toBe(1);
    expect(outputs).toEqual({});
    expect(outcomes()).toEqual(['failed']);
  });
});

describe('retry', () => {
  const RETRY = { retry: { attempts: 3, delay: 2, maximumDelay: 5 } };

  it('tries again after growing waits, and succeeds', async () => {
    const { attempt, outcomes, runs, pause } = setup(RETRY);
    const tries = failing(passing(), passing(), passing());
    const { error } = await attempt(tries.act);
    expect(error).toBeUndefined();
    expect(tries.count).toBe(4);
    expect(outcomes()).toEqual(['retrying', 'retrying', 'retrying']);
    expect(runs.reports.map(({ retryAt }) => retryAt)).toEqual([
      '2026-11-22T10:00:02.000Z',
      '2026-11-22T10:00:06.000Z',
      '2026-11-22T10:00:11.000Z',
    ]);
    expect(pause.now()).toBe(11_000);
  });

  it('gives up after its tries, and has them again when the run is retried', async () => {
    const { attempt, outcomes } = setup(RETRY);
    const tries = failing(...Array.from({ length: 6 }, () => passing()));
    expect((await attempt(tries.act)).error).toBeDefined();
    expect(tries.count).toBe(4);
    expect(outcomes().at(-1)).toBe('failed');
    expect((await attempt(tries.act, 'service')).error).toBeUndefined();
    expect(tries.count).toBe(7);
  });

  it('counts on when the process is killed between two tries', async () => {
    const { attempt, pause } = setup(RETRY);
    const tries = failing(...Array.from({ length: 9 }, () => passing()));
    for (const by of ['requester', 'service'] as const) {
      pause.onSleep = () => {
        throw new Error('killed');
      };
      expect((await attempt(tries.act, by)).error?.message).toBe('killed');
    }
    pause.onSleep = () => {};
    await attempt(tries.act, 'service');
    expect(tries.count).toBe(4);
  });

  it('does not repeat what can’t pass', async () => {
    const { attempt } = setup(RETRY);
    const tries = failing(new ConflictError('Taken'));
    expect((await attempt(tries.act)).error?.message).toBe('Taken');
    expect(tries.count).toBe(1);
  });

  it('then does what else is said', async () => {
    const { attempt, outcomes } = setup({
      retry: { attempts: 1 },
      then: 'skip',
    });
    const { outputs } = await attempt(failing(passing(), passing()).act);
    expect(outputs.skipped).toBe(true);
    expect(outcomes()).toEqual(['retrying', 'skipped']);
  });

  it('waits as long as the vendor says', async () => {
    const { attempt, pause } = setup(RETRY);
    const tries = failing(passing('busy', '2026-11-22T10:00:20.000Z'));
    await attempt(tries.act);
    expect(pause.now()).toBe(20_000);
  });

  it('parks for a long wait, counts on after it, and settles it', async () => {
    const { attempt, runs, pause, outcomes } = setup(RETRY);
    const later = '2026-11-22T10:20:00.000Z';
    const tries = failing(
      passing('busy', later),
      passing(),
      passing(),
      passing(),
    );
    const first = await attempt(tries.act);
    expect(first.error).toBeInstanceOf(WaitingError);
    expect(pause.now()).toBe(0);
    expect(runs.suspensions).toEqual([
      expect.objectContaining({
        stepId: 'step',
        wait: { kind: 'timer', ref: `${later}|task-1/step/dddddddddddd/1` },
      }),
    ]);
    expect(outcomes()).toEqual(['retrying']);

    const second = await attempt(tries.act, 'service');
    expect(second.error?.message).toBe('The vendor is down');
    expect(tries.count).toBe(4);
    expect(outcomes()).toEqual(['retrying', 'retrying', 'retrying', 'failed']);
    expect(runs.settled.at(-1)).toEqual({
      taskId: 'task-1',
      stepId: 'step',
      inputDigest: runs.suspensions[0].inputDigest,
    });
  });

  it('goes on at once where the timer is over already', async () => {
    const { attempt, runs } = setup(RETRY);
    runs.suspendOutcome = 'signalled';
    const tries = failing(passing('busy', '2026-11-22T10:20:00.000Z'));
    expect((await attempt(tries.act)).error).toBeUndefined();
    expect(tries.count).toBe(2);
  });

  it('does not park a run that may not wait: it does what else is said', async () => {
    const { attempt, runs, outcomes } = setup(
      { ...RETRY, then: 'skip' },
      { mayWait: false },
    );
    const tries = failing(passing('busy', '2026-11-22T10:20:00.000Z'));
    const { outputs } = await attempt(tries.act);
    expect(outputs.skipped).toBe(true);
    expect(runs.suspensions).toEqual([]);
    expect(outcomes()).toEqual(['skipped']);
  });

  it('leaves the secrets of a parked run with its suspension', async () => {
    const { attempt, runs } = setup(RETRY);
    runs.record = {
      taskId: 'task-1',
      authorised: true,
      secretNames: ['API_KEY'],
      createdAt: 'now',
    };
    await attempt(failing().act, 'service');
    expect(runs.settled).toEqual([]);
  });
});

describe('manual', () => {
  const ask = async (setting = setup(MANUAL)) => {
    const tries = failing(
      new ConflictError('Taken'),
      new ConflictError('Still'),
    );
    const first = await setting.attempt(tries.act);
    expect(first.error).toBeInstanceOf(WaitingError);
    return { ...setting, tries };
  };

  it('asks a person, with what to do, and parks', async () => {
    const { runs, tries, outcomes } = await ask();
    expect(tries.count).toBe(1);
    expect(runs.questions).toEqual([
      expect.objectContaining({
        stepId: 'step',
        group: 'group:default/platform-team',
        instructions: 'Free the name orders',
        problem: expect.objectContaining({ what: 'Taken' }),
      }),
    ]);
    expect(runs.suspensions[0]).toMatchObject({
      wait: { kind: 'intervention', ref: 'intervention-1' },
      title: 'Waits for platform-team: Taken',
    });
    expect(outcomes()).toEqual(['asked']);
  });

  it('continues without acting again', async () => {
    const { attempt, runs, tries, outcomes } = await ask();
    runs.answer = { answer: 'continue', answeredBy: 'user:default/pat' };
    // Killed before the step was noted as done: the same again.
    for (let times = 0; times < 2; times++) {
      const { error, outputs } = await attempt(tries.act, 'service');
      expect(error).toBeUndefined();
      expect(outputs).toEqual({ continued: true });
    }
    expect(tries.count).toBe(1);
    expect(outcomes()[1]).toBe('continued');
  });

  it('tries again, and asks anew when that fails', async () => {
    const { attempt, runs, tries } = await ask();
    runs.answer = { answer: 'retry', answeredBy: 'user:default/pat' };
    const questions = runs.askPerson.bind(runs);
    runs.askPerson = async question => {
      const asked = await questions(question);
      runs.answer = {};
      return asked;
    };
    const { error } = await attempt(tries.act, 'service');
    expect(error).toBeInstanceOf(WaitingError);
    expect(tries.count).toBe(2);
    const [first, again, second] = runs.questions;
    expect(again.inputDigest).toBe(first.inputDigest);
    expect(second.inputDigest).not.toBe(first.inputDigest);
    expect(second.problem.what).toBe('Still');
  });

  it('gives up with what the person says; a retry of the run acts again', async () => {
    const { attempt, runs, tries, outcomes } = await ask();
    runs.answer = {
      answer: 'give-up',
      answeredBy: 'user:default/pat',
      comment: 'not worth it',
    };
    const { error } = await attempt(tries.act, 'service');
    expect(error?.message).toContain('not worth it');
    expect(tries.count).toBe(1);
    expect(outcomes()).toEqual(['asked', 'failed']);
    runs.answer = {};
    await attempt(tries.act, 'service');
    expect(tries.count).toBe(2);
  });

  it('gives up once more where the worker was killed before the step failed', async () => {
    const { attempt, runs, tries } = await ask();
    runs.answer = { answer: 'give-up', answeredBy: 'user:default/pat' };
    for (const killed of [true, true, false]) {
      const { error } = await attempt(tries.act, 'service', { killed });
      expect(error).toBeInstanceOf(RefusedError);
      expect(tries.count).toBe(1);
    }
    // The step has failed by it: whoever retries the run wants it to act.
    await attempt(tries.act, 'service');
    expect(tries.count).toBe(2);
  });

  it('waits on where somebody retries the task while nobody has answered', async () => {
    const { attempt, runs, tries } = await ask();
    const { error } = await attempt(tries.act);
    expect(error).toBeInstanceOf(WaitingError);
    expect(tries.count).toBe(1);
    expect(runs.questions[1].inputDigest).toBe(runs.questions[0].inputDigest);
  });

  it('comes after the further tries', async () => {
    const { attempt, outcomes } = setup({
      retry: { attempts: 1 },
      then: MANUAL,
    });
    const { error } = await attempt(failing(passing(), passing()).act);
    expect(error).toBeInstanceOf(WaitingError);
    expect(outcomes()).toEqual(['retrying', 'asked']);
  });

  it('fails in a run that may not wait', async () => {
    const { attempt, runs, outcomes } = setup(MANUAL, { mayWait: false });
    const { error } = await attempt(failing(new ConflictError('Taken')).act);
    expect(error?.message).toBe('Taken');
    expect(runs.suspensions).toEqual([]);
    expect(runs.questions).toEqual([]);
    expect(outcomes()).toEqual(['failed']);
  });
});
