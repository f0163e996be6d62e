import { InputError, ServiceUnavailableError } from '@backstage/errors';
import { JsonObject } from '@backstage/types';
import { parse } from 'yaml';
import { attemptOf } from '../__testUtils__/fakes';
import { setupActions } from '../__testUtils__/setupActions';
import { examples } from './observability.examples';

const ACTION = 'observability:onboard';
const INPUT: JsonObject = {
  name: 'orders',
  environment: 'dev',
  team: 'group:default/payments',
};
const PARTS = ['dashboard', 'alerts', 'slo'];
const of = (input: JsonObject = {}, options: { isDryRun?: boolean } = {}) =>
  attemptOf('observe', { input: { ...INPUT, ...input }, ...options });

describe('observability:onboard', () => {
  it('makes each part as an effect of its own, and says where', async () => {
    const { run, observability, runs } = setupActions();
    const tried = of();
    await run(ACTION, tried);
    expect(tried.outputs).toEqual({
      dashboardUrl: 'https://observability/dashboard/orders/dev',
      alertsUrl: 'https://observability/alerts/orders/dev',
      sloUrl: 'https://observability/slo/orders/dev',
    });
    expect(
      runs.effects.map(({ kind, name, status, capability, url }) => [
        kind,
        name,
        status,
        capability,
        url,
      ]),
    ).toEqual(
      PARTS.map(part => [
        part,
        'orders@dev',
        'created',
        'observability',
        `https://observability/${part}/orders/dev`,
      ]),
    );
    expect(new Set(runs.effects.map(({ digest }) => digest)).size).toBe(3);
    const [dashboard, alerts, slo] = observability.made.values();
    expect(dashboard).toMatchObject({
      component: { name: 'orders', environment: 'dev', team: 'payments' },
      runKey: expect.stringMatching(/^task-1\/observe\/[0-9a-f]{12}$/),
    });
    expect(alerts).toMatchObject({
      contact: 'payments',
      alerts: [
        { indicator: 'availability', threshold: 99, forMinutes: 5 },
        { indicator: 'latency-p95', threshold: 1, forMinutes: 5 },
        { indicator: 'error-rate', threshold: 1, forMinutes: 5 },
      ],
    });
    expect(slo).toMatchObject({ slo: { objective: 99.5, windowDays: 30 } });
  });

  it('takes the team of the run, and says that there is none', async () => {
    const { run, runs, observability } = setupActions();
    const teamless = { name: 'orders', environment: 'dev' };
    const tried = () => attemptOf('observe', { input: teamless });
    await expect(run(ACTION, tried())).rejects.toThrow('has no team');
    await runs.register('task-1', {
      authorised: true,
      secretNames: [],
      team: 'group:default/checkout',
    });
    await run(ACTION, tried());
    expect([...observability.made.values()][1]).toMatchObject({
      contact: 'checkout',
    });
  });

  it('makes what it is asked for', async () => {
    const { run, observability } = setupActions();
    await run(
      ACTION,
      of({
        parts: ['alerts', 'slo'],
        alerts: [{ indicator: 'error-rate', threshold: 5 }],
        slo: { objective: 99.99 },
        contact: 'on-call',
      }),
    );
    expect([...observability.made.values()]).toEqual([
      expect.objectContaining({
        part: 'alerts',
        contact: 'on-call',
        alerts: [{ indicator: 'error-rate', threshold: 5, forMinutes: 5 }],
      }),
      expect.objectContaining({
        part: 'slo',
        slo: { objective: 99.99, windowDays: 30 },
      }),
    ]);
  });

  it('goes on where it was interrupted, and makes nothing twice', async () => {
    const { run, observability, runs } = setupActions({
      onFailure: { observe: { retry: { attempts: 1 } } },
    });
    const asked: string[] = [];
    observability.beforeCreate = part => {
      asked.push(part);
      if (asked.length === 2) {
        throw new ServiceUnavailableError('cut');
      }
    };
    const tried = of();
    await run(ACTION, tried);
    expect(asked).toEqual(['dashboard', 'alerts', 'alerts', 'slo']);
    const again = of();
    await run(ACTION, again);
    expect(again.outputs).toEqual(tried.outputs);
    expect(asked).toHaveLength(4);
    expect(runs.effects).toHaveLength(3);
  });

  it('is passed over where the template says so', async () => {
    const { run, observability, runs } = setupActions({
      onFailure: { observe: 'skip' },
    });
    observability.beforeCreate = part => {
      if (part === 'alerts') {
        throw new InputError('no such metric');
      }
    };
    const tried = of();
    await run(ACTION, tried);
    expect(tried.outputs).toMatchObject({ skipped: true });
    // What was made is known, and what was refused is not there.
    expect(runs.effects.map(({ kind, status }) => [kind, status])).toEqual([
      ['dashboard', 'created'],
      ['alerts', 'absent'],
    ]);
  });

  it.each<[string, JsonObject]>([
    ['a name that needs escaping', { name: 'a"b' }],
    [
      'two alerts of an indicator',
      {
        alerts: [1, 2].map(threshold => ({
          indicator: 'error-rate',
          threshold,
        })),
      },
    ],
    ['no objective', { slo: { objective: 100 } }],
  ])('makes nothing of %s', async (_, input) => {
    const { run, observability } = setupActions();
    await expect(run(ACTION, of(input))).rejects.toMatchObject({
      name: 'InputError',
    });
    expect(observability.made.size).toBe(0);
  });

  it('makes nothing where the provider can not make all of it', async () => {
    const { run, observability } = setupActions();
    observability.features = ['dashboard'];
    await expect(run(ACTION, of())).rejects.toThrow('makes no alerts, slo');
    expect(observability.made.size).toBe(0);
    await run(ACTION, of({ parts: ['dashboard'] }));
    expect(observability.made.size).toBe(1);
  });

  it('asks the provider that is named', async () => {
    const { run } = setupActions();
    await expect(run(ACTION, of({ provider: 'datadog' }))).rejects.toThrow(
      'No provider serves the observability provider datadog (installed: fake-observability)',
    );
    await run(ACTION, of({ provider: 'fake-observability' }));
  });

  it('makes nothing without admission, nor in a dry run', async () => {
    const { run, observability, approvals } = setupActions();
    const dry = of({}, { isDryRun: true });
    await run(ACTION, dry);
    expect(dry.lines).toHaveLength(3);
    expect(dry.outputs).toHaveProperty('sloUrl');
    approvals.admission = {
      admitted: false,
      code: 'rejected',
      message: 'It was rejected.',
    };
    await expect(run(ACTION, of())).rejects.toThrow('It was rejected.');
    expect(observability.made.size).toBe(0);
  });

  it.each(examples)('does its example: $description', async ({ example }) => {
    const { run, observability } = setupActions();
    const [step] = parse(example).steps;
    await run(ACTION, attemptOf('observe', { input: step.input }));
    expect(observability.made.size).toBeGreaterThan(0);
  });
});
