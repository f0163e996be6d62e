import { createBackend } from '@backstage/backend-defaults';
import { permissionPolicyModule } from './permissionPolicy';
import { providers } from './providers';
import { writeAheadDatabases } from './writeAhead';

const backend = createBackend();

backend.add(writeAheadDatabases);

// What a stock portal has.
backend.add(import('@backstage/plugin-app-backend'));
backend.add(import('@backstage/plugin-auth-backend'));
backend.add(import('@backstage/plugin-auth-backend-module-oidc-provider'));
backend.add(import('@backstage/plugin-catalog-backend'));
backend.add(
  import('@backstage/plugin-catalog-backend-module-scaffolder-entity-model'),
);
backend.add(import('@backstage/plugin-catalog-backend-module-logs'));
backend.add(import('@backstage/plugin-events-backend'));
backend.add(import('@backstage/plugin-mcp-actions-backend'));
backend.add(import('@backstage/plugin-notifications-backend'));
backend.add(import('@backstage/plugin-permission-backend'));
backend.add(permissionPolicyModule);
backend.add(import('@backstage/plugin-scaffolder-backend'));
backend.add(import('@backstage/plugin-scaffolder-backend-module-github'));
backend.add(
  import('@backstage/plugin-scaffolder-backend-module-notifications'),
);
backend.add(import('@backstage/plugin-search-backend'));
backend.add(import('@backstage/plugin-search-backend-module-catalog'));
backend.add(import('@backstage/plugin-signals-backend'));
backend.add(import('@backstage/plugin-user-settings-backend'));

// Keeps a run's files over a wait; good for one machine.
backend.add(
  import('@backstage/plugin-scaffolder-backend-module-workspace-database'),
);

// Self-Service.
backend.add(import('@self-service/plugin-approvals-backend'));
backend.add(import('@self-service/plugin-runs-backend'));
backend.add(import('@self-service/plugin-catalog-backend-module-self-service'));
backend.add(
  import('@self-service/plugin-scaffolder-backend-module-self-service'),
);
for (const provider of providers()) {
  backend.add(provider);
}

backend.start();
