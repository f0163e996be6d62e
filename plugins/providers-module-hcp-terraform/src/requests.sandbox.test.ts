import {
  gitHub,
  SandboxOrganization,
  startSandboxOrganization,
} from './__testUtils__/sandboxOrganization';

// Real git and PostgreSQL take their time on a busy machine.
jest.setTimeout(60_000);

const INCLUDE =
  'include=plan,apply,cost_estimate,workspace,configuration_version.ingress_attributes';
const LIST = `search[commit]=commit&page[number]=1&page[size]=100&${INCLUDE}`;

describe('requests of one database', () => {
  let organization: SandboxOrganization;
  beforeAll(async () => {
    organization = await startSandboxOrganization(gitHub);
  });
  afterAll(async () => {
    await organization?.stop();
  });

  it('asks for nothing that it knows', async () => {
    const { sandbox, provider, requests, openPullRequest } = organization;
    const url = await openPullRequest('orders');
    await sandbox.idle();
    // The step, the gate's facts, and the step that applies look at the plan.
    const { head } = await provider.getRun(url);
    await provider.getRun(url);
    await provider.getRun(url);
    await provider.startApply(url, { head });
    await sandbox.idle();
    expect((await provider.getRun(url)).awaitsStart).toBe(true);
    await provider.startApply(url, { head });
    await sandbox.idle();
    const run = await provider.getRun(url);
    expect(run.status).toBe('applied');
    const { sensitive } = await provider.getOutputs(run);
    await provider.readSensitive(sensitive);
    expect(
      requests.map(request =>
        request
          .replace(/(run|ws|wsout)-[A-Za-z0-9]{16}/g, '$1')
          .replace(/[0-9a-f]{40}/, 'commit'),
      ),
    ).toEqual([
      'POST /organizations/myorg/workspaces',
      `GET /organizations/myorg/runs?filter[operation]=plan_only&${LIST}`,
      `GET /organizations/myorg/runs?filter[operation]=plan_and_apply&${LIST}`,
      'POST /runs/run/actions/apply',
      `GET /runs/run?${INCLUDE}`,
      'GET /workspaces/ws/current-state-version?include=outputs',
      // Asked again: there may be a newer state by now.
      'GET /workspaces/ws/current-state-version?include=outputs',
      'GET /state-version-outputs/wsout',
      'GET /state-version-outputs/wsout',
    ]);
  });
});
