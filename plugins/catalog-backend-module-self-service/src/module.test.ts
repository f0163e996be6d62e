import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  coreServices,
  createBackendPlugin,
} from '@backstage/backend-plugin-api';
import {
  mockCredentials,
  mockServices,
  startTestBackend,
} from '@backstage/backend-test-utils';
import { Entity } from '@backstage/catalog-model';
import catalogPlugin from '@backstage/plugin-catalog-backend';
import catalogLogs from '@backstage/plugin-catalog-backend-module-logs';
import scaffolderEntityModel from '@backstage/plugin-catalog-backend-module-scaffolder-entity-model';
import { TemplateEntityV1beta3 } from '@backstage/plugin-scaffolder-common';
import request from 'supertest';
import { stringify } from 'yaml';
import catalogModuleSelfService from './index';

type StoredTemplate = TemplateEntityV1beta3 & {
  status?: {
    items: Array<{ type: string; level: string; message: string }>;
  };
};

const selfService = {
  operation: 'database:create',
  environment: 'dev',
  cost: 10,
};

function template(name: string, spec: object): Entity {
  return {
    apiVersion: 'scaffolder.backstage.io/v1beta3',
    kind: 'Template',
    metadata: { name },
    spec: { type: 'service', parameters: [], ...spec },
  };
}

const templates = [
  template('plain', {
    selfService,
    steps: [
      { action: 'fetch:plain', input: { url: './x' } },
      {
        action: 'debug:log',
        input: { message: "${{ steps['step-1'].output.x }}" },
      },
    ],
  }),
  template('undeclared', { steps: [{ action: 'publish:github' }] }),
  template('unserved', {
    selfService,
    steps: [{ action: 'secret:create', input: { path: 'x' } }],
  }),
  template('misspelt', { selfService, steps: [{ action: 'fetch:plan' }] }),
  template('reserved', {
    selfService,
    steps: [{ id: 'self-service-gate', action: 'debug:log' }],
  }),
];

const ACTIONS = [
  'approval:request',
  'debug:log',
  'fetch:plain',
  'publish:github',
  'secret:create',
];

/** A scaffolder that tells plugins, and nobody else, which actions it has. */
const scaffolder = createBackendPlugin({
  pluginId: 'scaffolder',
  register(env) {
    env.registerInit({
      deps: {
        httpAuth: coreServices.httpAuth,
        http: coreServices.httpRouter,
      },
      async init({ httpAuth, http }) {
        http.use(async (incoming, response) => {
          await httpAuth.credentials(incoming, { allow: ['service'] });
          response.json(
            incoming.path === '/v2/actions' ? ACTIONS.map(id => ({ id })) : [],
          );
        });
      },
    });
  },
});

/** Asks until there is an answer; the test's own time limit ends it. */
async function eventually<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) {
      return answer;
    }
    await new Promise(resolve => {
      setTimeout(resolve, 50);
    });
  }
}

describe('the catalog with the module', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'templates-'));
    writeFileSync(
      join(directory, 'templates.yaml'),
      templates.map(entity => stringify(entity)).join('---\n'),
    );
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  async function startCatalog() {
    const logger = mockServices.logger.mock();
    logger.child.mockReturnValue(logger);
    const { server } = await startTestBackend({
      features: [
        catalogPlugin,
        scaffolderEntityModel,
        catalogModuleSelfService,
        scaffolder,
        catalogLogs,
        logger.factory,
        mockServices.rootConfig.factory({
          data: {
            catalog: {
              rules: [{ allow: ['Template', 'Location'] }],
              processingInterval: { seconds: 1 },
              locations: [
                { type: 'file', target: join(directory, 'templates.yaml') },
              ],
            },
          },
        }),
      ],
    });
    const read = async (name: string) => {
      const response = await request(server)
        .get(`/api/catalog/entities/by-name/template/default/${name}`)
        .set('authorization', mockCredentials.user.header());
      return response.status === 200
        ? (response.body as StoredTemplate)
        : undefined;
    };
    const readProcessed = (name: string) => eventually(async () => read(name));
    const readError = () =>
      eventually(async () =>
        logger.warn.mock.calls
          .map(([message]) => message)
          .find(message => message.includes('self-service-gate')),
      );
    return { read, readProcessed, readError };
  }

  it('stores gated templates, reports problems and refuses what it can not gate', async () => {
    const { read, readProcessed, readError } = await startCatalog();

    const plain = await readProcessed('plain');
    expect(plain.spec.steps).toEqual([
      {
        id: 'self-service-gate',
        name: 'Approval',
        action: 'approval:request',
        input: { selfService, selfServiceDigest: expect.any(String) },
      },
      { id: 'step-1', action: 'fetch:plain', input: { url: './x' } },
      {
        id: 'step-2',
        action: 'debug:log',
        input: { message: "${{ steps['step-1'].output.x }}" },
      },
    ]);
    expect(plain.status).toBeUndefined();

    const undeclared = await readProcessed('undeclared');
    expect(undeclared.spec.steps[0]).toEqual({
      id: 'self-service-gate',
      name: 'Approval',
      action: 'approval:request',
      input: {},
    });
    expect(undeclared.status?.items).toEqual([
      expect.objectContaining({
        type: 'self-service/template-check',
        level: 'warning',
        message: expect.stringMatching(/^spec\.selfService: /),
      }),
      expect.objectContaining({
        message: expect.stringMatching(/^spec\.steps\[0\]\.action: /),
      }),
    ]);

    const unserved = await readProcessed('unserved');
    expect(unserved.status?.items[0]).toMatchObject({
      level: 'error',
      message: expect.stringContaining('app-config names none'),
    });

    // The scaffolder may have begun later than the catalog.
    const found = await eventually(
      async () => (await read('misspelt'))?.status?.items[0],
    );
    expect(found).toMatchObject({
      level: 'error',
      message:
        'spec.steps[0].action: The scaffolder has no action fetch:plan. Did you mean fetch:plain?',
    });

    expect(await readError()).toMatch(/spec\.steps\[0\]\.id: /);
    expect(await read('reserved')).toBeUndefined();
  }, 60_000);
});
