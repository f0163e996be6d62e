import { InputError } from '@backstage/errors';
import {
  createProblemError,
  Repository,
} from '@self-service/plugin-providers-node';

const ADDRESS = /^([^/]+)\/([^/]+)\/([^/]+)\/\/(.+)$/;

/**
 * Names a project's state: `github.com/myorg/infrastructure//databases/orders/default`,
 * as Terraform writes a directory in a repository.
 */
export function toStateAddress(
  { host, owner, name }: Repository,
  project: string,
): string {
  return `${host}/${owner}/${name}//${project}`;
}

/** @throws InputError - not an address of {@link toStateAddress} */
export function readStateAddress(address: string): {
  repository: Repository;
  project: string;
} {
  const match = address.match(ADDRESS);
  if (!match) {
    throw createProblemError(InputError, {
      what: `Not the address of a state: '${address}'.`,
      remedy: 'Apply the pull request again.',
    });
  }
  const [, host, owner, name, project] = match;
  return { repository: { host, owner, name }, project };
}
