import { Config } from '@backstage/config';
import { ConflictError } from '@backstage/errors';

/** One workspace of `providers.slack`. */
export interface SlackConfig {
  /** `slack`, or `slack:<name>` of further workspaces. */
  id: string;
  botToken: string;
  signingSecret?: string;
  /** With a slash at the end. */
  apiUrl: string;
}

/**
 * Reads `providers.slack`.
 *
 * @throws ConflictError - two workspaces of one name
 */
export function readSlackConfig(root: Config): SlackConfig[] {
  const entries = root.getOptionalConfigArray('providers.slack') ?? [];
  const workspaces = entries.map((entry, index) => {
    const name = entry.getOptionalString('name');
    const apiUrl =
      entry.getOptionalString('apiUrl') ?? 'https://slack.com/api/';
    return {
      id: index === 0 || !name ? 'slack' : `slack:${name}`,
      botToken: entry.getString('botToken'),
      signingSecret: entry.getOptionalString('signingSecret'),
      apiUrl: `${apiUrl.replace(/\/+$/, '')}/`,
    };
  });
  const ids = workspaces.map(({ id }) => id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice) {
    throw new ConflictError(
      `providers.slack has two workspaces with the id ${twice}. Give each but the first a name of its own.`,
    );
  }
  return workspaces;
}
