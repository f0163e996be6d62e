import { InputError } from '@backstage/errors';
import { ScmIntegrationRegistry } from '@backstage/integration';
import { parseRepoUrl } from '@backstage/plugin-scaffolder-node';
import { Repository } from '@self-service/plugin-providers-node';

/**
 * Reads a repository as templates write it,
 * `github.com?owner=<owner>&repo=<name>`.
 *
 * @throws InputError - it is not of that form, or its host is no integration
 */
export function readRepository(
  repoUrl: string,
  integrations: ScmIntegrationRegistry,
): Repository {
  const { host, owner, repo } = parseRepoUrl(repoUrl, integrations);
  if (!owner) {
    throw new InputError(
      `repoUrl '${repoUrl}' names no owner; write it as ${host}?owner=<owner>&repo=<name>.`,
    );
  }
  return { host, owner, name: repo };
}
