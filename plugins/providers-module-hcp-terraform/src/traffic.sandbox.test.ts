import { readFileSync } from 'node:fs';
import { OpenApiConformance } from 'sandbox/src/__testUtils__/OpenApiConformance';
import {
  Exchange,
  recordTraffic,
} from 'sandbox/src/__testUtils__/recordTraffic';
import {
  gitHub,
  SandboxOrganization,
  startSandboxOrganization,
  toFile,
} from './__testUtils__/sandboxOrganization';
import { HcpTerraformProvider } from './HcpTerraformProvider';

// Real git and PostgreSQL take their time on a busy machine.
jest.setTimeout(60_000);

const API = '/api/v2';
const RUN_KEY = 'run-told';

/**
 * Operations that the documentation of the API has and its description leaves
 * out: https://developer.hashicorp.com/terraform/cloud-docs/api-docs/run.
 */
const NOT_DESCRIBED = /^POST \/runs\/[^/]+\/actions\/(discard|cancel)$/;

/** A relationship that go-tfe's `WorkspaceCreateOptions` has (`relation,tags`). */
const NOT_IN_THE_DESCRIPTION = new Set([
  '/data/relationships/tags is no field of this operation',
]);

/** Checks by the description that go-tfe is generated from. */
function createConformance(): OpenApiConformance {
  const file = require.resolve('sandbox/src/hcp/__fixtures__/hcpOpenApi.json');
  return new OpenApiConformance({
    vendor: 'HCP Terraform',
    description: JSON.parse(readFileSync(file, 'utf8')),
    error: 'errors',
    // Of lists of runs, in the documentation alone.
    furtherParameters: ['search[commit]', 'include'],
  });
}

/** Everything that a provider can do. */
async function doEverything(
  provider: HcpTerraformProvider,
  { sandbox, git, repository, pass }: SandboxOrganization,
) {
  const open = async (name: string) => {
    const directory = `databases/${name}`;
    await provider.createWorkspaces(repository, [directory], {
      runKey: RUN_KEY,
    });
    const { url } = await git.createPullRequest({
      repository,
      branch: name,
      title: `Provision database: ${name}`,
      body: '',
      commitMessage: `Add database ${name}`,
      files: [toFile(name, 'small')],
      runKey: RUN_KEY,
    });
    await sandbox.idle();
    return { url, directory };
  };
  const look = async (url: string) => {
    await sandbox.idle();
    pass(30_000);
    return provider.getRun(url);
  };
  await provider.checkHealth();
  const { url, directory } = await open('told');
  const { head } = await look(url);
  await provider.startApply(url, { head });
  await look(url);
  await provider.startApply(url, { head });
  const applied = await look(url);
  const { sensitive } = await provider.getOutputs(applied);
  await provider.readSensitive(sensitive);
  await provider.findWorkspace(repository, directory, { runKey: RUN_KEY });
  const destroy = () =>
    provider.destroy(url, { runKey: RUN_KEY, directories: [directory] });
  for (let turn = 0; turn < 3; turn += 1) {
    await destroy();
    await sandbox.idle();
    pass(30_000);
  }
  await provider.removeWorkspace(repository, directory, { runKey: RUN_KEY });
  await provider.findWorkspace(repository, directory, { runKey: RUN_KEY });
  const other = await open('told-off');
  await provider.startApply(other.url, { head: (await look(other.url)).head });
  await look(other.url);
  await provider.cancel(other.url);
}

describe('what goes to HCP Terraform and comes from its stand-in', () => {
  let organization: SandboxOrganization;
  let exchanges: Exchange[];
  const conformance = createConformance();

  beforeAll(async () => {
    organization = await startSandboxOrganization(gitHub);
    const { sandbox, restart } = organization;
    const traffic = await recordTraffic(sandbox.urls.standIns.hcp);
    await doEverything(restart(traffic.url), organization);
    await traffic.stop();
    ({ exchanges } = traffic);
  }, 60_000);
  afterAll(async () => {
    await organization?.stop();
  });

  it('is as the description of HCP Terraform has it, in both directions', () => {
    const notDescribed = new Set<string>();
    const problems = exchanges.flatMap(exchange => {
      const { method, query, body, status, answer } = exchange;
      const path = exchange.path.slice(API.length);
      if (NOT_DESCRIBED.test(`${method} ${path}`)) {
        notDescribed.add(`${method} ${path.split('/').pop()} ${status}`);
        return [];
      }
      return [
        ...conformance.requestProblems(method, path, query, body),
        ...conformance.problems(
          method,
          path,
          status,
          // The description takes the text `null` for a string.
          answer === null ? 'null' : answer,
        ),
      ]
        .filter(problem => !NOT_IN_THE_DESCRIPTION.has(problem))
        .map(problem => `${method} ${path} ${status}: ${problem}`);
    });
    expect([...new Set(problems)]).toEqual([]);
    expect([...notDescribed]).toEqual(['POST discard 202']);
    expect(conformance.seen()).toEqual([
      'GET /account/details 200',
      'GET /organizations/{organization_name} 200',
      'GET /organizations/{organization_name}/runs 200',
      'GET /organizations/{organization_name}/workspaces/{workspace_name} 200',
      'GET /organizations/{organization_name}/workspaces/{workspace_name} 404',
      'GET /runs/{run_id} 200',
      'GET /state-version-outputs/{state_version_output_id} 200',
      'GET /workspaces/{workspace_id}/current-state-version 200',
      'GET /workspaces/{workspace_id}/runs 200',
      'POST /organizations/{organization_name}/workspaces 201',
      'POST /runs 201',
      'POST /runs/{run_id}/actions/apply 202',
      'POST /workspaces/{workspace_id}/actions/safe-delete 204',
    ]);
  });

  it('would be found out if it were not', () => {
    const none = new URLSearchParams();
    expect(
      conformance.requestProblems('POST', '/runs', none, {
        data: { type: 'run', attributes: { 'auto-aply': true } },
      }),
    ).toEqual([
      '/data/attributes/auto-aply is no field of this operation',
      'data/data/type must be equal to one of the allowed values',
    ]);
    const query = new URLSearchParams({ 'page[size]': 'many', of: 'dana' });
    const list = '/organizations/myorg/runs';
    expect(
      conformance.requestProblems('GET', list, query, undefined),
    ).toHaveLength(2);
    expect(conformance.requestProblems('PUT', list, none, {})).toEqual([
      `PUT ${list} is no operation of HCP Terraform's`,
    ]);
    expect(
      conformance.problems('GET', list, 200, {
        data: [{ id: 1, type: 'run' }],
      }),
    ).not.toEqual([]);
  });
});
