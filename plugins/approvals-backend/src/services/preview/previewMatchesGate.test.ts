import {
  mockCredentials,
  mockServices,
  TestDatabases,
} from '@backstage/backend-test-utils';
import { JsonObject } from '@backstage/types';
import { formPreviewSchema } from '@self-service/plugin-approvals-common';
import express from 'express';
import Router from 'express-promise-router';
import request from 'supertest';
import {
  databaseDeclaration,
  databaseTemplate,
  gateStep,
} from '../../__testUtils__/databaseTask';
import { group } from '../../__testUtils__/organisation';
import { createWorld, World } from '../../__testUtils__/world';
import { Random } from '../../policy/__testUtils__/random';
import { addPreviewRoutes } from '../../routes/previewRoutes';

jest.setTimeout(120_000);

const CASES = 200;
const DAY_MS = 24 * 60 * 60 * 1000;
const databases = TestDatabases.create({ ids: ['SQLITE_3'] });

// Mostly somebody of the team that owns most.
const everyone = [
  ...Array<string>(8).fill('dana'),
  ...['leo', 'sam', 'lena', 'erin', 'fiona', 'sven', 'ghost'],
];
const declarations: unknown[] = [
  ...Array(6).fill(databaseDeclaration),
  { ...databaseDeclaration, operation: 'database:delete' },
  { ...databaseDeclaration, operation: 'audit-log:export' },
  {
    ...databaseDeclaration,
    team: undefined,
    affects: { parameter: 'affected' },
  },
  { ...databaseDeclaration, environment: 'dev', cost: 0 },
  { ...databaseDeclaration, operation: '' },
  { operation: 'database:delete', resource: { parameter: 'resource' } },
  undefined,
];

function anyParameters(random: Random): JsonObject {
  // More than half is what people mostly ask for, or little would be approved.
  const usual = random.chance(0.6);
  const all: Record<string, JsonObject[string]> = {
    name: random.pick(['orders', 'Ünïcode "x"', '']),
    environment: usual
      ? random.pick(['dev', 'dev', 'staging', 'production'])
      : random.pick(['dev', 'production', 'moon']),
    size: usual
      ? random.pick(['small', 'small', 'small', 'medium'])
      : random.pick(['small', 'medium', 'large', 'huge', '__proto__']),
    owner: usual
      ? 'group:default/payments'
      : random.pick([
          'search',
          'group:default/orphans',
          'user:default/dana',
          'a:b:c',
        ]),
    resource: random.pick(['r1', 'r1', 'unknown']),
    affected: random.pick<JsonObject[string]>([
      [],
      ['group:default/search'],
      ['component:default/cart', 'payments'],
      'search',
      7,
    ]),
  };
  return Object.fromEntries(
    Object.entries(all).filter(() => random.chance(0.97)),
  );
}

async function serve(world: World) {
  const router = Router();
  router.use(express.json());
  addPreviewRoutes(router, {
    httpAuth: mockServices.httpAuth({ pluginId: 'approvals' }),
    previews: world.previews,
  });
  return express().use(router);
}

describe('the preview of a form', () => {
  it(`is what the gate of a run decides, in ${CASES} generated cases`, async () => {
    const world = await createWorld(await databases.init('SQLITE_3'), {
      // As in production: memory must not change an answer.
      previewMemoryMilliseconds: 10_000,
      undeclared: { operation: 'thing:create', environment: 'dev', cost: 120 },
    });
    world.catalog.replace(group('orphans'));
    world.catalog.replace({
      apiVersion: 'backstage.io/v1alpha1',
      kind: 'Component',
      metadata: { name: 'cart', namespace: 'default' },
      relations: [{ type: 'ownedBy', targetRef: 'group:default/search' }],
    });
    declarations.forEach((selfService, index) =>
      world.catalog.replace({
        ...databaseTemplate({ name: `template-${index}` }),
        spec: {
          ...databaseTemplate().spec,
          selfService: selfService as JsonObject,
        },
      }),
    );
    world.resources.set('r1', {
      name: 'orders',
      team: 'group:default/search',
      environment: 'production',
      monthlyCost: 700,
    });
    const app = await serve(world);
    const random = new Random(20_261_122);
    const outcomes: Record<string, number> = {};

    for (let turn = 0; turn < CASES; turn++) {
      const which = Math.floor(random.next() * declarations.length);
      const templateRef = `template:default/template-${which}`;
      const user = `user:default/${random.pick(everyone)}`;
      const parameters = anyParameters(random);
      // Now and then into the freeze at the end of the year.
      world.clock.advance(random.next() * DAY_MS * 0.48);
      const taskId = `t${turn}`;
      const step = {
        ...gateStep(),
        input: { selfService: declarations[which] } as JsonObject,
      };
      const task = world.scaffolder.addTask(taskId, { user, steps: [step] });
      task.spec.parameters = parameters;
      task.spec.templateInfo = { entityRef: templateRef };

      const preview = await request(app)
        .post('/form-previews')
        .set('Authorization', mockCredentials.user.header(user))
        .send({ templateRef, parameters });
      expect(preview.status).toBe(200);
      const gate = await world.gates.openGate(
        { taskId, stepId: 'self-service-gate', inputDigest: 'digest' },
        'plugin:scaffolder',
      );

      const of = formPreviewSchema.parse(preview.body);
      const [stored] = await world.store.listDecisions(taskId);
      expect({ turn, ...of.decision }).toEqual({ turn, ...stored.result });
      expect(of.explanations).toEqual(gate.decision.explanations);
      expect(of.facts).toEqual(gate.decision.facts);
      expect(
        of.stages.map(({ id, eligible, problem }) => ({
          id,
          eligible,
          problem,
        })),
      ).toEqual(
        (gate.request?.stages ?? []).map(({ name, eligible, problem }) => ({
          id: name,
          eligible,
          problem,
        })),
      );
      const { outcome } = of.decision;
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    }

    // Otherwise the cases would prove little.
    expect(outcomes['auto-approve']).toBeGreaterThan(15);
    expect(outcomes['require-approval']).toBeGreaterThan(60);
    expect(outcomes.deny).toBeGreaterThan(40);
    expect((await world.clock.now()).toISOString()).toContain('2027');
  });
});
