import { checkProviders, ConfiguredProvider } from './checkProviders';

const GITHUB: ConfiguredProvider = {
  capability: 'git',
  vendor: 'GitHub',
  features: ['internal-repositories', 'team-permissions'],
};
const GITLAB: ConfiguredProvider = {
  capability: 'git',
  vendor: 'GitLab',
  features: [],
};
const AWS: ConfiguredProvider = {
  capability: 'secrets',
  vendor: 'AWS Secrets Manager',
  features: [],
};
const VAULT: ConfiguredProvider = {
  capability: 'secrets',
  vendor: 'Vault',
  features: ['access'],
};

/** Grafana without a ruler. */
const GRAFANA: ConfiguredProvider = {
  capability: 'observability',
  vendor: 'Grafana',
  features: ['dashboard'],
};

function check(
  action: string,
  providers: ConfiguredProvider[],
  input: object = {},
) {
  return checkProviders({ action, input }, 'spec.steps[2]', providers);
}

describe('checkProviders', () => {
  it.each([
    ['git:commit', [GITLAB], {}],
    ['git:pull-request:create', [GITHUB], {}],
    ['git:repository:create', [GITHUB], { visibility: 'internal' }],
    ['git:repository:create', [GITLAB, GITHUB], { visibility: 'internal' }],
    [
      'git:repository:create',
      [GITHUB],
      { team: '${{ parameters.team }}', visibility: 'internal' },
    ],
    ['secret:create', [AWS], {}],
    ['secret:create', [AWS, VAULT], { grantTeam: true }],
    ['secret:create', [AWS], { grantTeam: '${{ parameters.grant }}' }],
    ['notify', [], { to: 'team' }],
    ['observability:onboard', [GRAFANA], { parts: ['dashboard'] }],
    ['fetch:template', [], {}],
    ['publish:github', [GITHUB, GITLAB], {}],
    ['toString', [], {}],
  ])('takes %s', (action, providers, input) => {
    expect(check(action, providers, input)).toEqual([]);
  });

  it.each([
    [
      'git:pull-request:create',
      [AWS],
      {},
      /capability git, and app-config names none/,
    ],
    [
      'git:repository:create',
      [GITLAB],
      { visibility: 'internal' },
      /'internal-repositories' here, which GitLab can't do/,
    ],
    [
      'git:repository:create',
      [GITLAB],
      { team: '${{ parameters.team }}' },
      /'team-permissions' here, which GitLab can't do/,
    ],
    ['secret:create', [AWS], { grantTeam: true }, /'access' here/],
    ['notify', [GITHUB], { channel: 'payments' }, /capability messaging/],
    [
      'publish:github:pull-request',
      [GITLAB],
      {},
      /works with GitHub only, and this portal has GitLab/,
    ],
  ])('flags %s', (action, providers, input, message) => {
    expect(check(action, providers, input)).toEqual([
      {
        level: 'error',
        path: 'spec.steps[2].action',
        message: expect.stringMatching(message),
      },
    ]);
  });

  it('flags each part that none can make, also where none is named', () => {
    const messages = check('observability:onboard', [GRAFANA]).map(
      ({ message }) => message,
    );
    expect(messages).toEqual([
      expect.stringContaining("'alerts' here, which Grafana can't do"),
      expect.stringContaining("'slo' here, which Grafana can't do"),
    ]);
  });
});
