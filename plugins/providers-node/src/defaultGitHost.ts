import { Config } from '@backstage/config';

/** Kinds of `integrations` that a git provider may serve. */
const GIT_INTEGRATIONS = ['github', 'gitlab'] as const;

/**
 * The git host of repositories that templates write without one:
 * `providers.defaultGitHost`, else the only host in `integrations`.
 *
 * @returns `undefined` where it can't be told
 * @public
 */
export function readDefaultGitHost(config: Config): string | undefined {
  const configured = config.getOptionalString('providers.defaultGitHost');
  if (configured) {
    return configured;
  }
  const hosts = GIT_INTEGRATIONS.flatMap(kind =>
    (config.getOptionalConfigArray(`integrations.${kind}`) ?? []).map(
      entry =>
        // as @backstage/integration does
        entry.getOptionalString('host') ?? `${kind}.com`,
    ),
  );
  return hosts.length === 1 ? hosts[0] : undefined;
}
