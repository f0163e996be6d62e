import { ServiceUnavailableError } from '@backstage/errors';
import {
  createProblemError,
  Repository,
} from '@self-service/plugin-providers-node';
import { z } from 'zod';
import { treeAnswer } from './answers';
import { GithubClient } from './GithubClient';

/** What stands at a path. */
export type TreeEntry = z.infer<typeof treeAnswer>['tree'][number];

/**
 * Looks up paths in trees, directory by directory: a recursive reading is cut
 * off in large repositories. Trees never change, so each is read once.
 */
export class TreeReader {
  readonly #client: GithubClient;
  readonly #repository: Repository;
  readonly #signal: AbortSignal | undefined;
  readonly #trees = new Map<string, Map<string, TreeEntry>>();

  constructor(
    client: GithubClient,
    repository: Repository,
    signal?: AbortSignal,
  ) {
    this.#client = client;
    this.#repository = repository;
    this.#signal = signal;
  }

  /**
   * What stands at a path, other than a directory; `undefined` for nothing.
   *
   * @param tree - id of the root tree
   */
  async find(tree: string, path: string): Promise<TreeEntry | undefined> {
    const segments = path.split('/');
    const name = segments.pop()!;
    let current = tree;
    for (const segment of segments) {
      const entry = (await this.#read(current)).get(segment);
      if (entry?.type !== 'tree') {
        return undefined;
      }
      current = entry.sha;
    }
    const found = (await this.#read(current)).get(name);
    return found?.type === 'tree' ? undefined : found;
  }

  async #read(tree: string): Promise<Map<string, TreeEntry>> {
    const known = this.#trees.get(tree);
    if (known) {
      return known;
    }
    const { owner, name } = this.#repository;
    const answer = await this.#client.call(this.#repository, {
      action: `read tree ${tree} of ${owner}/${name}`,
      route: 'GET /repos/{owner}/{repo}/git/trees/{tree}',
      parameters: { tree },
      answer: treeAnswer,
      signal: this.#signal,
    });
    if (answer.truncated) {
      throw createProblemError(ServiceUnavailableError, {
        what: `A directory of ${owner}/${name} has more files than GitHub lists.`,
        whose: 'vendor',
        remedy: 'Make the change by hand.',
        vendor: 'GitHub',
      });
    }
    const entries = new Map(answer.tree.map(entry => [entry.path, entry]));
    this.#trees.set(tree, entries);
    return entries;
  }
}
