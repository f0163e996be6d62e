import { mockServices } from '@backstage/backend-test-utils';
import { readHcpTerraformConfig } from './config';
import { toTag, toWorkspaceName } from './WorkspaceKeeper';

const repository = { host: 'gitlab.com', owner: 'myorg/sub', name: 'infra' };

describe('toWorkspaceName', () => {
  it.each([
    ['{repository}-{directory}', 'databases/orders', 'infra-databases-orders'],
    ['{owner}_{directory}', 'a b/ü', 'myorg-sub_a-b-'],
  ])('%s of %s is %s', (pattern, directory, name) => {
    expect(toWorkspaceName(pattern, repository, directory)).toBe(name);
  });

  it('keeps to what a name may be, and tells long ones apart', () => {
    const [one, other] = ['1', '2'].map(end =>
      toWorkspaceName('{directory}', repository, `${'d'.repeat(100)}${end}`),
    );
    expect(one).toMatch(/^[\w-]{90}$/);
    expect(one).not.toBe(other);
  });
});

it('writes a run into a tag', () => {
  expect(toTag('6f1c-Task/create.pr/0a1b')).toBe(
    'self-service:6f1c-task:create:pr:0a1b',
  );
});

describe('readHcpTerraformConfig', () => {
  const entry = {
    gitHost: 'gitlab.com',
    organization: 'myorg',
    token: 't',
    vcs: { oauthTokenId: 'ot-1' },
  };
  const read = (...hcpTerraform: object[]) =>
    readHcpTerraformConfig(
      mockServices.rootConfig({ data: { providers: { hcpTerraform } } }),
    );

  it('has defaults', () => {
    expect(read({ ...entry, address: 'https://tfe.example.com/' })).toEqual([
      expect.objectContaining({
        address: 'https://tfe.example.com',
        workspaceName: '{repository}-{directory}',
        webhook: undefined,
      }),
    ]);
    expect(read(entry)[0].address).toBe('https://app.terraform.io');
    expect(readHcpTerraformConfig(mockServices.rootConfig())).toEqual([]);
  });

  it('refuses one host twice, and one workspace for everything', () => {
    expect(() => read(entry, entry)).toThrow('twice');
    expect(() => read({ ...entry, workspaceName: 'all' })).toThrow(
      '{directory}',
    );
  });
});
