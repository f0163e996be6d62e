import { LogEvent } from '@backstage/plugin-scaffolder-common';
import { Suspension } from '@self-service/plugin-runs-common';
import { deriveSteps } from './deriveSteps';
import { RunEvent } from './types';

const STEPS = [
  { id: 'gate', name: 'Approval', action: 'approval:request' },
  { id: 'pr', name: 'Pull request', action: 'github:pull-request' },
  { id: 'secret', name: 'Secret', action: 'vault:create-secret' },
];
const START = Date.parse('2026-11-22T10:00:00Z');
const ENDED = { now: START, isTaskActive: false };

/** Writes a run's events, one second apart. */
class Events {
  readonly list: RunEvent[] = [];

  add(type: LogEvent['type'], body: Partial<LogEvent['body']> & object = {}) {
    const id = this.list.length + 1;
    this.list.push({
      id,
      type,
      body: { message: '', ...body },
      createdAt: at(id),
    });
    return this;
  }

  log(stepId: string, status?: LogEvent['body']['status'], message = '') {
    return this.add('log', { stepId, status, message });
  }

  finish(stepId: string) {
    return this.log(stepId, 'processing', `Beginning step ${stepId}`).log(
      stepId,
      'completed',
      `Finished step ${stepId}`,
    );
  }

  /** What the stock scaffolder writes when the gate parks its task. */
  park() {
    return this.log('gate', 'processing', 'Beginning step Approval')
      .log('gate', undefined, 'info: waiting for the lead')
      .add('cancelled', { stepId: 'gate', status: 'cancelled' })
      .log('gate', 'failed', 'Error: parked\n    at park (x.ts:1:1)')
      .log('pr', 'skipped', 'Skipping step pr because a previous step failed')
      .log(
        'secret',
        'skipped',
        'Skipping step secret because a previous step failed',
      )
      .add('completion', { message: 'failed', ...error('parked') });
  }

  /** Retry deletes the end of the attempt and starts another. */
  resume() {
    const ended = ['cancelled', 'completion'];
    this.list.splice(
      0,
      this.list.length,
      ...this.list.map(event =>
        ended.includes(event.type)
          ? { ...event, type: 'log' as const, body: { message: '' } }
          : event,
      ),
    );
    return this.add('recovered');
  }
}

function at(second: number) {
  return new Date(START + second * 1000).toISOString();
}

function error(message: string) {
  return { error: { name: 'Error', message } };
}

function suspend(overrides: Partial<Suspension>): Suspension {
  return {
    id: 's1',
    taskId: 't1',
    stepId: 'gate',
    status: 'parked',
    wait: { kind: 'approval', ref: 'r1' },
    title: 'Approval',
    createdAt: at(2),
    ...overrides,
  };
}

function statesOf(events: Events, suspensions: Suspension[] = []) {
  return deriveSteps(STEPS, events.list, suspensions, ENDED).steps.map(
    ({ state }) => state,
  );
}

describe('deriveSteps', () => {
  it.each<[string, Events, Suspension[], string[]]>([
    ['nothing has begun', new Events(), [], ['open', 'open', 'open']],
    [
      'a step runs',
      new Events().finish('gate').log('pr', 'processing'),
      [],
      ['completed', 'running', 'open'],
    ],
    [
      'all is done',
      new Events().finish('gate').finish('pr').finish('secret'),
      [],
      ['completed', 'completed', 'completed'],
    ],
    [
      'a step fails',
      new Events()
        .finish('gate')
        .log('pr', 'processing')
        .log('pr', 'failed', 'Error: no')
        .log(
          'secret',
          'skipped',
          'Skipping step secret because a previous step failed',
        ),
      [],
      ['completed', 'failed', 'open'],
    ],
    [
      'a step is left out by its condition',
      new Events()
        .finish('gate')
        .log(
          'pr',
          'skipped',
          'Skipping step pr because its if condition was false',
        )
        .finish('secret'),
      [],
      ['completed', 'skipped', 'completed'],
    ],
    [
      'the gate is about to park',
      new Events().log('gate', 'processing'),
      [suspend({ status: 'parking' })],
      ['waiting', 'open', 'open'],
    ],
    [
      'the gate is parked',
      new Events().park(),
      [suspend({})],
      ['waiting', 'open', 'open'],
    ],
    [
      'the gate is parked and needs attention',
      new Events().park(),
      [suspend({ attention: 'The template is gone.' })],
      ['waiting', 'open', 'open'],
    ],
    [
      'the run is being resumed',
      new Events().park(),
      [suspend({ status: 'resuming' })],
      ['running', 'open', 'open'],
    ],
    [
      'the run has been resumed and goes on',
      new Events().park().resume().finish('gate').log('pr', 'processing'),
      [suspend({ status: 'resumed', resumedAt: at(9) })],
      ['completed', 'running', 'open'],
    ],
    [
      'the gate found a rejection in the second of its resume',
      new Events()
        .park()
        .resume()
        .log('gate', 'processing')
        .log('gate', 'failed', 'Error: rejected')
        .log('pr', 'skipped')
        .log('secret', 'skipped'),
      [suspend({ status: 'resumed', resumedAt: '2026-11-22T10:00:10.300Z' })],
      ['failed', 'skipped', 'skipped'],
    ],
    [
      'a person cancelled the waiting run',
      new Events().park(),
      [suspend({ status: 'cancelled' })],
      ['cancelled', 'open', 'open'],
    ],
    [
      'a person cancelled the running run',
      new Events()
        .finish('gate')
        .log('pr', 'processing')
        .add('cancelled', { stepId: 'pr', status: 'cancelled' })
        .log('pr', 'failed', 'Error: Step pr of task t1 has been cancelled.')
        .log('secret', 'skipped'),
      [],
      ['completed', 'cancelled', 'skipped'],
    ],
    [
      'a failed run is retried: what had finished stays',
      new Events()
        .finish('gate')
        .log('pr', 'processing')
        .log('pr', 'failed', 'Error: 502')
        .log('secret', 'skipped')
        .resume()
        .log('gate', 'completed', 'Skipping step gate because it was already …')
        .log('pr', 'processing'),
      [],
      ['completed', 'running', 'open'],
    ],
  ])('%s', (_, events, suspensions, expected) => {
    expect(statesOf(events, suspensions)).toEqual(expected);
  });

  it('measures a step that was retried from its last beginning', () => {
    const events = new Events()
      .finish('gate')
      .log('pr', 'processing')
      .log('pr', 'failed', 'Error: 502')
      .resume()
      .log('pr', 'processing');

    const view = deriveSteps(STEPS, events.list, [], ENDED);

    expect(view.steps.map(({ startedAt }) => startedAt)).toEqual([
      at(1),
      at(events.list.length),
      undefined,
    ]);
  });

  it('shows the parked attempt neither as an error nor as ended', () => {
    const view = deriveSteps(STEPS, new Events().park().list, [suspend({})], {
      now: START + 62_000,
      isTaskActive: false,
    });

    expect(view).toMatchObject({ isCancelled: false });
    expect(view.error).toBeUndefined();
    expect(view.endedAt).toBeUndefined();
    expect(view.steps[0].log.map(({ text }) => text)).toEqual([
      'waiting for the lead',
    ]);
    expect(view.steps[0].waitedMilliseconds).toBe(60_000);
    expect(view.steps[1].log).toEqual([]);
  });

  it('takes a resume that the events say nothing of yet for running', () => {
    const view = deriveSteps(
      STEPS,
      new Events().park().list,
      [suspend({ status: 'resumed', resumedAt: at(9) })],
      { now: START, isTaskActive: true },
    );

    expect(view.steps.map(({ state }) => state)).toEqual([
      'running',
      'open',
      'open',
    ]);
    expect(view).toMatchObject({ isCancelled: false, error: undefined });
  });

  it('keeps beginning, end and wait of a step that was parked', () => {
    const events = new Events().park().resume().finish('gate');

    const [gate] = deriveSteps(
      STEPS,
      events.list,
      [suspend({ status: 'resumed', resumedAt: at(9) })],
      ENDED,
    ).steps;

    expect(gate).toMatchObject({
      startedAt: at(1),
      endedAt: at(10),
      waitedMilliseconds: 7_000,
    });
  });

  it('does not move the end of a step that a later attempt skips', () => {
    const events = new Events()
      .finish('gate')
      .resume()
      .log('gate', 'completed', 'Skipping step gate because …');

    const [gate] = deriveSteps(STEPS, events.list, [], ENDED).steps;

    expect(gate.endedAt).toBe(at(2));
  });

  it('gives the output of a completed run and the error of a failed one', () => {
    const output = { links: [{ title: 'Secret', url: 'https://vault/x' }] };
    const completed = new Events().add('completion', { ...{ output } });
    const failed = new Events().add('completion', { ...error('no space') });

    expect(deriveSteps(STEPS, completed.list, [], ENDED)).toMatchObject({
      output,
      endedAt: at(1),
    });
    expect(deriveSteps(STEPS, failed.list, [], ENDED).error).toBe('no space');
  });

  it('takes a completion before the last start for outdated', () => {
    const events = new Events()
      .add('completion', { ...error('first') })
      .add('recovered');

    const view = deriveSteps(STEPS, events.list, [], ENDED);

    expect(view.error).toBeUndefined();
  });

  it('ignores the order in which events arrive, and unknown steps', () => {
    const events = new Events()
      .finish('gate')
      .log('pr', 'processing')
      .log('gone', 'failed', 'Error');

    expect(
      deriveSteps(STEPS, [...events.list].reverse(), [], ENDED).steps.map(
        ({ state }) => state,
      ),
    ).toEqual(['completed', 'running', 'open']);
  });
});
