import { InputError } from '@backstage/errors';
import { ScmIntegrationRegistry } from '@backstage/integration';
import { parseRepoUrl } from '@backstage/plugin-scaffolder-node';
import { Repository } from '@self-service/plugin-providers-node';

/** `<owner>/<name>`; the owner may be a group within groups. */
const SHORT = /^((?:[\w.-]+\/)+)([\w.-]+)$/;

/**
 * Reads a repository as templates write it: `<owner>/<name>` on the portal's
 * own git host, so that a template names no vendor, or as the stock form field
 * does, `github.com?owner=<owner>&repo=<name>`.
 *
 * @throws InputError - it is of neither form, its host is no integration, or
 * the portal has no host of its own
 */
export function readRepository(
  repoUrl: string,
  options: { integrations: ScmIntegrationRegistry; defaultGitHost?: string },
): Repository {
  const { integrations, defaultGitHost } = options;
  const short = SHORT.exec(repoUrl);
  if (short) {
    if (!defaultGitHost) {
      throw new InputError(
        `repoUrl '${repoUrl}' names no git host, and it can't be told which one is meant. Write it as <host>?owner=<owner>&repo=<name>, or ask the platform team to set providers.defaultGitHost in app-config.`,
      );
    }
    return {
      host: defaultGitHost,
      owner: short[1].slice(0, -1),
      name: short[2],
    };
  }
  const { host, owner, repo } = parseRepoUrl(repoUrl, integrations);
  if (!owner) {
    throw new InputError(
      `repoUrl '${repoUrl}' names no owner; write it as <owner>/<name> or as ${host}?owner=<owner>&repo=<name>.`,
    );
  }
  return { host, owner, name: repo };
}
