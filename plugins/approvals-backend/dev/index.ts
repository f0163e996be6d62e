import { resolve } from 'node:path';
import { createServiceFactory } from '@backstage/backend-plugin-api';
import { createBackend } from '@backstage/backend-defaults';
import { mockServices } from '@backstage/backend-test-utils';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { notificationService } from '@backstage/plugin-notifications-node';
import {
  ScaffolderService,
  scaffolderServiceRef,
} from '@backstage/plugin-scaffolder-node';
import { runsServiceRef, RunsService } from '@self-service/plugin-runs-node';
import { databaseTask } from '../src/__testUtils__/databaseTask';
import { organisation } from '../src/__testUtils__/organisation';

// Serves the API on http://localhost:7007/api/approvals with a few people and
// one run for every id, whose production database needs the approval of `leo`. The
// mock tokens of backend-test-utils sign in:
//
//   curl localhost:7007/api/approvals/gates -H 'Content-Type: application/json' \
//     -H 'Authorization: Bearer mock-service-token' \
//     -d '{"taskId":"t1","stepId":"self-service-gate","inputDigest":"x"}'
//
//   curl localhost:7007/api/approvals/requests \
//     -H 'Authorization: Bearer mock-user-token:{"sub":"user:default/leo"}'

const scaffolder: Pick<ScaffolderService, 'getTask' | 'listTasks'> = {
  getTask: async ({ taskId }) => databaseTask(taskId),
  listTasks: async () => ({ items: [], totalItems: 0 }),
};

const runs: Pick<RunsService, 'signal'> = { signal: async () => {} };

const backend = createBackend();
backend.add(mockServices.auth.factory());
backend.add(mockServices.httpAuth.factory());
backend.add(
  mockServices.rootConfig.factory({
    data: {
      app: { baseUrl: 'http://localhost:3000' },
      backend: {
        baseUrl: 'http://localhost:7007',
        listen: { port: 7007 },
        database: { client: 'better-sqlite3', connection: ':memory:' },
      },
      approvals: {
        policy: {
          bundle: resolve(__dirname, '../../../policies/bundle.tar.gz'),
        },
      },
    },
  }),
);
backend.add(catalogServiceMock.factory({ entities: organisation() }));
backend.add(
  createServiceFactory({
    service: scaffolderServiceRef,
    deps: {},
    factory: () => scaffolder as ScaffolderService,
  }),
);
backend.add(
  createServiceFactory({
    service: runsServiceRef,
    deps: {},
    factory: () => runs as RunsService,
  }),
);
backend.add(
  createServiceFactory({
    service: notificationService,
    deps: {},
    factory: () => ({
      // There is nobody to be told: what would be sent is printed.
      send: async message => console.info(JSON.stringify(message)),
    }),
  }),
);
backend.add(import('../src'));
backend.start();
