import { Provider } from '@self-service/plugin-providers-node';
import { listSystems } from './listSystems';

const provider = (more: Partial<Provider>): Provider => ({
  id: 'github',
  capability: 'git',
  vendor: 'GitHub',
  endpoint: 'https://api.github.com',
  features: [],
  checkHealth: async () => ({ status: 'ok', description: '' }),
  ...more,
});

it('says for people who serves what, the own catalog included', () => {
  const systems = listSystems([
    provider({
      id: 'vault',
      capability: 'secrets',
      vendor: 'Vault',
      endpoint: 'https://vault:8200/v1',
    }),
    provider({ id: 'odd', vendor: 'Odd', endpoint: 'somewhere' }),
    provider({}),
  ]);
  expect(systems.map(({ title }) => title)).toEqual([
    'Backstage catalog',
    'GitHub (github.com)',
    'Odd',
    'Vault (vault:8200)',
  ]);
});
