import { InputError } from '@backstage/errors';
import { chooseProvider } from './chooseProvider';
import { GitProvider, Repository } from './git';
import { InfrastructureProvider, InfrastructureRun } from './infrastructure';
import { createProblemError } from './problems';
import { CallOptions } from './provider';

/**
 * `findRun` of a provider whose runs are those of pull requests: asks the git
 * host which pull request a commit is of.
 *
 * @param provider - whose run it is
 * @param gitProviders - of which one serves the repository's host
 * @throws InputError - the provider does not serve the repository
 * @public
 */
export async function findRunOfCommit(
  provider: Pick<
    InfrastructureProvider,
    'vendor' | 'servesRepository' | 'getRun'
  >,
  gitProviders: readonly GitProvider[],
  repository: Repository,
  commit: string,
  options: CallOptions = {},
): Promise<InfrastructureRun | undefined> {
  const { host, owner, name } = repository;
  if (!provider.servesRepository(repository)) {
    throw createProblemError(InputError, {
      what: `${provider.vendor} is not set up for pull requests of ${host}/${owner}/${name}.`,
      remedy: 'Check the repository, and providers in app-config.',
    });
  }
  const git = chooseProvider(
    gitProviders,
    candidate => candidate.serves(host),
    `git host ${host}`,
  );
  const pullRequest = await git.findPullRequestOfCommit(
    repository,
    commit,
    options,
  );
  if (!pullRequest) {
    return undefined;
  }
  const run = await provider.getRun(pullRequest.url, options);
  // It may have moved on between the two looks.
  return [run.head, pullRequest.mergeCommit].includes(commit) ? run : undefined;
}
