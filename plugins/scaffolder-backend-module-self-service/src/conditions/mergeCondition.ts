import {
  coreServices,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import { InputError } from '@backstage/errors';
import { JsonObject } from '@backstage/types';
import {
  chooseProvider,
  GitProvider,
  gitProviderServiceRef,
  PullRequest,
} from '@self-service/plugin-providers-node';
import {
  Condition,
  conditionServiceRef,
  ConditionState,
} from '@self-service/plugin-runs-node';

/** Name of the condition that a pull request is merged. */
export const MERGED = 'pull-request-merged';

function readUrl(input: JsonObject): string {
  if (typeof input.prUrl !== 'string' || !URL.canParse(input.prUrl)) {
    throw new InputError(
      `prUrl has to be the address of a pull request, and is ${JSON.stringify(
        input.prUrl,
      )}. Write the output of the step that opens it, for example \${{ steps['create-pr'].output.prUrl }}.`,
    );
  }
  return input.prUrl;
}

function toState({ state, url, mergeCommit }: PullRequest): ConditionState {
  switch (state) {
    case 'merged':
      return {
        status: 'met',
        description: `${url} is merged.`,
        url,
        output: { mergeCommit: mergeCommit ?? '' },
      };
    case 'closed':
      return {
        status: 'failed',
        description: `${url} was closed without being merged. Reopen and merge it, then retry the run; or roll it back.`,
        url,
      };
    default:
      return { status: 'open', description: `${url} is open.`, url };
  }
}

/**
 * That somebody has merged a pull request.
 *
 * @param onError - told of one that could not be read; it is asked again later
 */
export function createMergeCondition(
  providers: readonly GitProvider[],
  onError: (url: string, error: unknown) => void,
): Condition {
  return {
    kind: MERGED,
    describe(input) {
      const url = readUrl(input);
      return { title: `the merge of ${url}`, subject: url };
    },
    async check(input, options) {
      const url = readUrl(input);
      const git = chooseProvider(
        providers,
        provider => provider.parsePullRequestUrl(url) !== undefined,
        `pull request ${url}`,
      );
      return toState(await git.getPullRequest(url, options));
    },
    async checkMany(inputs) {
      const urls = inputs.map(readUrl);
      const found = new Map<string, ConditionState>();
      for (const git of providers) {
        const own = urls.filter(url => git.parsePullRequestUrl(url));
        const states =
          own.length > 0
            ? await git.listPullRequestStates(own, { onError })
            : [];
        for (const [url, { pullRequest }] of states) {
          found.set(url, toState(pullRequest));
        }
      }
      return urls.map(url => found.get(url));
    },
  };
}

/** Adds the condition to scaffolder and runs backend. */
export const mergeCondition = createServiceFactory({
  service: conditionServiceRef,
  deps: { git: gitProviderServiceRef, logger: coreServices.logger },
  factory({ git, logger }) {
    return createMergeCondition(git.flat(), (url, error) =>
      logger.warn(`Could not look whether ${url} is merged: ${error}`),
    );
  },
});
