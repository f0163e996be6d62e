import {
  AlertCondition,
  OBSERVABILITY_PARTS,
  ObservabilityPart,
  ObservabilityProvider,
  ObservedComponent,
  toRunMark,
} from '../observability';
import {
  describeFailures,
  repeatAfterUnknownOutcomes,
} from './describeFailures';
import { ProviderFaults } from './providerFaults';

/** What stands of a component at a vendor, in its own words. @public */
export interface SeenObservability {
  dashboards: readonly object[];
  alerts: readonly object[];
  slos: readonly object[];
}

/** What the observability suite needs of a vendor. @public */
export interface ObservabilityProviderFixture {
  /** Has all parts. */
  provider: ObservabilityProvider;
  /** Reads what stands of a component, by other means than the provider. */
  see(component: ObservedComponent): Promise<SeenObservability>;
  /** Makes things of other components: more than the vendor lists at once. */
  crowd(): Promise<void>;
  faults: ProviderFaults;
  /** A credential of the provider; no error may hold it. */
  canary: string;
  /** Ends what the fixture has started. */
  stop(): Promise<void>;
}

const RUN = { runKey: 'task-1/Observe/0123456789ab' };
const OTHER_RUN = { runKey: 'task-2/Observe/0123456789ab' };
const ALERTS: AlertCondition[] = [
  { indicator: 'availability', threshold: 98.7, forMinutes: 5 },
  { indicator: 'latency-p95', threshold: 1.25, forMinutes: 10 },
  { indicator: 'error-rate', threshold: 2.5, forMinutes: 5 },
];
const SLO = { objective: 99.9, windowDays: 30 } as const;
const CONFLICT = { name: 'ConflictError' };

function componentOf(
  name: string,
  more: Partial<ObservedComponent> = {},
): ObservedComponent {
  return { name, environment: 'dev', team: 'payments', ...more };
}

/**
 * The contract that every observability provider fulfils, as a jest suite.
 *
 * @param name - of the provider
 * @param setup - starts a vendor, real or a stand-in, once for the suite
 * @param overrides - see `describeFailures`
 * @public
 */
export function describeObservabilityProviderContract(
  name: string,
  setup: () => Promise<ObservabilityProviderFixture>,
  overrides: Parameters<typeof describeFailures>[1] = {},
): void {
  describe(`observability provider contract: ${name}`, () => {
    let fixture: ObservabilityProviderFixture;

    beforeAll(async () => {
      fixture = await setup();
    }, 60_000);
    afterAll(async () => {
      await fixture?.stop();
    });
    // One test that fails must not fail the next.
    afterEach(() => fixture?.faults.clear());

    const create = (
      part: ObservabilityPart,
      component: ObservedComponent,
      options: { runKey: string; signal?: AbortSignal } = RUN,
    ) => {
      const { provider } = fixture;
      const contact = component.team;
      switch (part) {
        case 'dashboard':
          return provider.createDashboard({ component, ...options });
        case 'alerts':
          return provider.createAlerts({
            component,
            contact,
            alerts: ALERTS,
            ...options,
          });
        default:
          return provider.createSlo({
            component,
            contact,
            slo: SLO,
            ...options,
          });
      }
    };
    const createAll = async (component: ObservedComponent) => {
      for (const part of OBSERVABILITY_PARTS) {
        await create(part, component);
      }
    };
    const count = async (component: ObservedComponent) => {
      const { dashboards, alerts, slos } = await fixture.see(component);
      return [dashboards.length, alerts.length, slos.length];
    };

    it('makes a dashboard, alerts and an SLO, and finds them', async () => {
      const { provider, see } = fixture;
      const component = componentOf('made', {
        description: 'Takes $orders of {{ customers }}, @all of them',
        links: [{ title: 'Repository', url: 'https://git.example/myorg/made' }],
      });
      expect(provider.features).toEqual([...OBSERVABILITY_PARTS]);
      for (const part of OBSERVABILITY_PARTS) {
        expect(await provider.find(part, component)).toBeUndefined();
        const made = await create(part, component);
        expect(made).toEqual({
          part,
          url: expect.stringMatching(/^https?:\/\//),
          mark: toRunMark(RUN.runKey),
        });
        expect(await provider.find(part, component)).toEqual(made);
      }
      const { dashboards, alerts, slos } = await see(component);
      expect(dashboards).toHaveLength(1);
      const dashboard = JSON.stringify(dashboards);
      expect(dashboard).toContain('https://git.example/myorg/made');
      expect(dashboard).toContain('Takes $orders of {{ customers }}');
      expect(alerts).toHaveLength(ALERTS.length);
      const watched = JSON.stringify(alerts);
      for (const { threshold } of ALERTS) {
        expect(watched).toContain(String(threshold));
      }
      expect(watched).toContain('payments');
      // What people write could be a template or tell others there.
      expect(watched).not.toContain('customers');
      expect(slos).toHaveLength(1);
      expect(JSON.stringify(slos)).toMatch(/99\.9|0\.999/);
    });

    it('makes each once for the same run', async () => {
      const component = componentOf('again');
      for (const part of OBSERVABILITY_PARTS) {
        const first = await create(part, component);
        expect(await create(part, component)).toEqual(first);
      }
      expect(await count(component)).toEqual([1, ALERTS.length, 1]);
    });

    it("leaves another run's as they are", async () => {
      const { provider, see } = fixture;
      const component = componentOf('taken');
      await createAll(component);
      const before = await see(component);
      for (const part of OBSERVABILITY_PARTS) {
        await expect(create(part, component, OTHER_RUN)).rejects.toMatchObject(
          CONFLICT,
        );
        await expect(
          provider.remove(part, component, OTHER_RUN),
        ).rejects.toMatchObject(CONFLICT);
      }
      expect(await see(component)).toEqual(before);
    });

    it('takes each part back by itself, as often as it is asked', async () => {
      const { provider } = fixture;
      const component = componentOf('removed');
      await createAll(component);
      // The last first, as a rollback does.
      const left = [1, ALERTS.length, 1];
      for (const index of [2, 1, 0]) {
        const part = OBSERVABILITY_PARTS[index];
        expect(await provider.remove(part, component, RUN)).toBe('removed');
        left[index] = 0;
        expect(await count(component)).toEqual(left);
        expect(await provider.remove(part, component, RUN)).toBe('absent');
        expect(await provider.find(part, component)).toBeUndefined();
      }
      await expect(create('dashboard', component, OTHER_RUN)).resolves.toEqual(
        expect.objectContaining({ part: 'dashboard' }),
      );
    });

    it('keeps apart what only looks alike', async () => {
      const { provider } = fixture;
      const long = 'a'.repeat(60);
      const components = [
        componentOf('a-b', { environment: 'c' }),
        componentOf('a', { environment: 'b-c' }),
        componentOf('a.b', { environment: 'c' }),
        componentOf(`${long}-1`),
        componentOf(`${long}-2`),
        componentOf('twin', { environment: 'dev' }),
        componentOf('twin', { environment: 'production' }),
      ];
      for (const component of components) {
        await createAll(component);
      }
      const [first, ...others] = components;
      for (const part of OBSERVABILITY_PARTS) {
        expect(await provider.remove(part, first, RUN)).toBe('removed');
        for (const other of others) {
          expect(await provider.find(part, other)).toBeDefined();
        }
      }
    });

    it('finds its own among many', async () => {
      const { provider, crowd } = fixture;
      const component = componentOf('crowded');
      await crowd();
      await createAll(component);
      for (const part of OBSERVABILITY_PARTS) {
        expect(await provider.find(part, component)).toBeDefined();
        await create(part, component);
      }
      expect(await count(component)).toEqual([1, ALERTS.length, 1]);
    });

    it.each([
      [{ name: '' }],
      [{ name: 'a"} or vector(1)' }],
      [{ name: 'a/b' }],
      [{ environment: 'dev,env:production' }],
      [{ team: 'a b' }],
      [{ links: [{ title: 'x', url: 'data:text/html,x' }] }],
    ])('refuses a component %j', async bad => {
      const component = { ...componentOf('refused'), ...bad };
      for (const part of OBSERVABILITY_PARTS) {
        await expect(create(part, component)).rejects.toMatchObject({
          name: 'InputError',
        });
      }
      expect(await count(componentOf('refused'))).toEqual([0, 0, 0]);
    });

    it.each<[string, readonly AlertCondition[]]>([
      ['none', []],
      ['two of an indicator', [ALERTS[0], ALERTS[0]]],
      ['no number', [{ ...ALERTS[0], threshold: Number.NaN }]],
      ['no time', [{ ...ALERTS[0], forMinutes: 0 }]],
    ])('refuses alerts that are %s', async (_, alerts) => {
      const component = componentOf('refused');
      await expect(
        fixture.provider.createAlerts({
          component,
          alerts,
          contact: 'payments',
          ...RUN,
        }),
      ).rejects.toMatchObject({ name: 'InputError' });
      expect(await count(component)).toEqual([0, 0, 0]);
    });

    it('refuses an objective that none can miss', async () => {
      await expect(
        fixture.provider.createSlo({
          component: componentOf('refused'),
          slo: { objective: 0, windowDays: 30 },
          contact: 'payments',
          ...RUN,
        }),
      ).rejects.toMatchObject({ name: 'InputError' });
    });

    describe.each(OBSERVABILITY_PARTS)('an unknown outcome of %s', part => {
      it('is looked at before it is made again', async () => {
        const { faults } = fixture;
        const expected = {
          dashboard: [1, 0, 0],
          alerts: [0, 3, 0],
          slo: [0, 0, 1],
        };
        const of = (attempt: number) =>
          componentOf(`unsure-${part}-${attempt}`);
        const cuts = await repeatAfterUnknownOutcomes(
          faults,
          attempt => create(part, of(attempt)),
          async (_, attempt) =>
            expect(await count(of(attempt))).toEqual(expected[part]),
        );
        // To look and to make it.
        expect(cuts).toBeGreaterThanOrEqual(2);
      });

      it('is looked at before it is removed again', async () => {
        const { faults, provider } = fixture;
        const of = (attempt: number) => componentOf(`gone-${part}-${attempt}`);
        for (let attempt = 0; attempt < 10; attempt += 1) {
          await create(part, of(attempt));
        }
        const cuts = await repeatAfterUnknownOutcomes(
          faults,
          attempt => provider.remove(part, of(attempt), RUN),
          async (_, attempt) =>
            expect(await count(of(attempt))).toEqual([0, 0, 0]),
        );
        expect(cuts).toBeGreaterThanOrEqual(2);
        expect(cuts).toBeLessThan(10);
      });

      it('is not taken for done where the answer makes no sense', async () => {
        const { faults } = fixture;
        const component = componentOf(`nonsense-${part}`);
        faults.set('wrong', { skip: 1 });
        await expect(create(part, component)).rejects.toMatchObject({
          name: 'ServiceUnavailableError',
        });
        expect(faults.clear()).toBe(true);
        await create(part, component);
        expect(await fixture.provider.find(part, component)).toBeDefined();
      });
    });

    it('stops when the caller gives up', async () => {
      const component = componentOf('aborted');
      const signal = AbortSignal.abort(new Error('given up'));
      for (const part of OBSERVABILITY_PARTS) {
        await expect(
          create(part, component, { ...RUN, signal }),
        ).rejects.toThrow('given up');
      }
      expect(await count(component)).toEqual([0, 0, 0]);
    });

    it('says how it is, and makes nothing', async () => {
      const { provider, faults, canary } = fixture;
      expect(await provider.checkHealth()).toEqual(
        expect.objectContaining({
          status: 'ok',
          description: expect.stringMatching(/\w/),
        }),
      );
      faults.set(401);
      const refused = await provider.checkHealth();
      faults.clear();
      expect(refused).toMatchObject({
        status: 'failing',
        problem: { whose: 'platform', canPass: false },
      });
      faults.set(503);
      const down = await provider.checkHealth();
      faults.clear();
      expect(down).toMatchObject({
        status: 'degraded',
        problem: { whose: 'vendor', canPass: true },
      });
      expect(JSON.stringify([refused, down])).not.toContain(canary);
    });

    describe.each(OBSERVABILITY_PARTS)('reading %s', part => {
      describeFailures(async () => {
        const { faults, provider, canary } = fixture;
        const component = componentOf(`read-${part}`);
        await create(part, component);
        return { faults, canary, read: () => provider.find(part, component) };
      }, overrides);
    });
  });
}
