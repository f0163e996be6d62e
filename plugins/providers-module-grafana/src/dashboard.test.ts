import { findRunMark, toRunMark } from '@self-service/plugin-providers-node';
import Ajv from 'ajv';
import { dirname, join } from 'node:path';
import { createGenerator } from 'ts-json-schema-generator';
import { toDashboard, toDashboardUid } from './dashboard';
import { DEFAULT_QUERIES } from './queries';

// The schema is made of the types by a compiler.
jest.setTimeout(120_000);

const COMPONENT = {
  name: 'orders',
  environment: 'dev',
  team: 'payments',
  description: 'Takes orders',
  links: [{ title: 'Repository', url: 'https://git.example/myorg/orders' }],
};

const dashboard = () =>
  toDashboard({
    component: COMPONENT,
    runKey: 'run-1',
    queries: DEFAULT_QUERIES,
    datasource: 'prometheus',
  });

/**
 * Grafana's own schema: the types that it generates from the CUE kind and
 * publishes as `@grafana/schema` (Apache-2.0), as a JSON schema in which no
 * field may be unknown.
 */
function compileSchema() {
  const root = dirname(require.resolve('@grafana/schema/package.json'));
  const schema = createGenerator({
    path: join(root, 'dist/esm/raw/dashboard/x/dashboard_types.gen.d.ts'),
    tsconfig: join(__dirname, '__testUtils__/tsconfig.schema.json'),
    type: 'Dashboard',
    additionalProperties: false,
    skipTypeCheck: true,
  }).createSchema('Dashboard');
  return new Ajv({ strict: false, allErrors: true }).compile(schema);
}

describe('a dashboard', () => {
  it('is one by Grafana’s published schema', () => {
    const validate = compileSchema();
    validate(dashboard());
    expect(validate.errors ?? []).toEqual([]);
    // The schema does refuse what is none.
    expect(validate({ ...dashboard(), panels: [{ type: 5 }] })).toBe(false);
    expect(validate({ ...dashboard(), unheardOf: true })).toBe(false);
  });

  it('shows requests and each indicator, without overlaps', () => {
    const { panels } = dashboard() as {
      panels: { title: string; gridPos: { x: number; y: number } }[];
    };
    expect(panels.map(({ title }) => title)).toEqual([
      'Requests a second',
      'Availability',
      'Latency (p95)',
      'Error rate',
    ]);
    const places = panels.map(({ gridPos: { x, y } }) => `${x}/${y}`);
    expect(new Set(places).size).toBe(panels.length);
  });

  it('has a uid that Grafana takes, the same each time and its own', () => {
    const long = 'a'.repeat(63);
    const keys = [
      { name: 'orders', environment: 'dev' },
      { name: 'Orders', environment: 'dev' },
      { name: 'a-b', environment: 'c' },
      { name: 'a', environment: 'b-c' },
      { name: `${long}1`, environment: 'production' },
      { name: `${long}2`, environment: 'production' },
      { name: 'a_b.c', environment: 'dev' },
    ];
    const uids = keys.map(toDashboardUid);
    expect(new Set(uids).size).toBe(keys.length);
    expect(keys.map(toDashboardUid)).toEqual(uids);
    for (const uid of uids) {
      expect(uid).toMatch(/^[a-z0-9-]{1,40}$/);
    }
  });

  it('names its run in a tag that Grafana can store', () => {
    const { tags } = dashboard() as { tags: string[] };
    expect(findRunMark(tags)).toBe(toRunMark('run-1'));
    // Grafana's limit of a tag.
    expect(Math.max(...tags.map(({ length }) => length))).toBeLessThan(50);
  });
});
