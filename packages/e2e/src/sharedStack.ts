import { ConnectedStack, connectStack, Stack, startStack } from './stack';

/** Where the tests' processes find it, as JSON. */
const VARIABLE = 'E2E_SHARED_STACK';

/** Templates of the tests, beside those that ship. */
const CATALOG = ['database-removal', 'guarded-service', 'reviewed-note'];

/**
 * Configuration with the tests' templates beside those that ship.
 */
export const testCatalog = {
  catalog: {
    locations: [
      {
        type: 'file',
        target: '../../packages/sandbox/catalog/org.yaml',
        rules: [{ allow: ['User', 'Group'] }],
      },
      { type: 'file', target: '../../templates/*/template.yaml' },
      ...CATALOG.map(name => ({
        type: 'file',
        target: `../../packages/e2e/catalog/${name}.yaml`,
        rules: [{ allow: ['Template'] }],
      })),
    ],
  },
};

/**
 * Starts the portal that all test files use who leave it running and clean up
 * what concerns everybody: faults, freezes. It is started before the first of
 * them.
 */
export async function startSharedStack(): Promise<Stack> {
  const stack = await startStack({
    templates: ['postgresql-database', 'access-grant', ...CATALOG],
    config: testCatalog,
  });
  const { ports, dataDir } = stack;
  process.env[VARIABLE] = JSON.stringify({ ports, dataDir });
  return stack;
}

/** The portal that {@link startSharedStack} has started. */
export function sharedStack(): ConnectedStack {
  const where = process.env[VARIABLE];
  if (!where) {
    throw new Error('These tests run by `npm run test:e2e` alone.');
  }
  return connectStack(JSON.parse(where));
}
