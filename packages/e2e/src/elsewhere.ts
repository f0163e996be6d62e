import {
  GetSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { teamKey } from '../../sandbox/src/aws/credentials';
import { inventory } from './runs';
import { ConnectedStack } from './stack';

/**
 * What the secret of a database holds, asked of AWS as its SDK does.
 *
 * @param team - in whose role; the databases of these tests are Payments'
 * @throws where its role may not read it, with the words of AWS, and where it
 * holds no text
 */
export async function readAwsSecret(
  { urls }: ConnectedStack,
  name: string,
  team = 'payments',
): Promise<Record<string, unknown>> {
  const client = new SecretsManagerClient({
    endpoint: urls.aws,
    region: 'eu-central-1',
    credentials: teamKey(team),
  });
  const { SecretString } = await client.send(
    new GetSecretValueCommand({ SecretId: `databases/${name}` }),
  );
  if (SecretString === undefined) {
    throw new Error(`The secret of ${name} has no text`);
  }
  return JSON.parse(SecretString);
}

/** What there is when nothing is left but merge requests, which stay. */
export const NOTHING_ELSEWHERE = {
  branches: 0,
  projects: 0,
  databases: 0,
  roles: 0,
  workspaces: 0,
  secrets: 0,
  dashboards: 0,
  monitors: 0,
  slos: 0,
  pullRequests: 0,
};

/** What exists of a name, as the stand-ins of these vendors list it. */
export async function traceElsewhere(stack: ConnectedStack, name: string) {
  const { repositories, databases, roles, gitlab, aws, hcp, datadog } =
    await inventory(stack);
  const infrastructure = gitlab.projects.find(
    (project: { name: string }) => project.name === 'myorg/infrastructure',
  );
  const concerns = (text: string) => text.includes(name);
  return {
    mergeRequests: infrastructure.mergeRequests
      .filter(({ title }: { title: string }) => concerns(title))
      .map(({ state }: { state: string }) => state),
    branches: infrastructure.branches.filter(concerns).length,
    projects: gitlab.projects.filter(
      (project: { name: string; markedForDeletion: boolean }) =>
        concerns(project.name) && !project.markedForDeletion,
    ).length,
    databases: databases.filter(
      database => database === name.replaceAll('-', '_'),
    ).length,
    roles: roles.filter(role => concerns(role.replaceAll('_', '-'))).length,
    workspaces: hcp.workspaces.filter((workspace: { name: string }) =>
      concerns(workspace.name),
    ).length,
    secrets: aws.secrets.filter(
      (secret: { name: string; deleted: boolean }) =>
        concerns(secret.name) && !secret.deleted,
    ).length,
    dashboards: datadog.dashboards.filter(concerns).length,
    monitors: datadog.monitors.filter(concerns).length,
    slos: datadog.slos.filter(concerns).length,
    // GitHub's stand-in runs beside the others, and is asked for nothing.
    pullRequests: repositories.flatMap(it => it.pullRequests).length,
  };
}
