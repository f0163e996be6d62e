import {
  ConflictError,
  InputError,
  NotAllowedError,
  NotFoundError,
  ServiceUnavailableError,
} from '@backstage/errors';
import {
  assertPaths,
  assertRunKey,
  CallOptions,
  CreatedRepository,
  createProblemError,
  CreateRepository,
  HttpClient,
  isWithin,
  MadeWithin,
  notMadeByRun,
  readCommitTrailer,
  readDescription,
  Repository,
  toDescription,
} from '@self-service/plugin-providers-node';
import { z } from 'zod';
import {
  commitAnswer,
  emptyAnswer,
  referenceAnswer,
  repositoryAnswer,
} from './answers';
import { commitFiles } from './commitFiles';
import { GithubClient } from './GithubClient';

type Answer = z.infer<typeof repositoryAnswer>;

const branchesAnswer = z.object({ name: z.string() });
const logAnswer = z.object({
  commit: commitAnswer.pick({ message: true }),
  parents: commitAnswer.shape.parents,
});

/** GitHub fills a repository that it generates some time after it answered. */
const FIRST_WAIT_MILLISECONDS = 500;
const FILLING_LIMIT_MILLISECONDS = 60_000;
/** More commits than that are no longer only a run's. */
const MAXIMUM_COMMITS = 100;
const EXISTS = /already exists/i;

/**
 * Creates repositories, finds and removes them.
 *
 * @remarks
 * GitHub has no idempotency keys: a run finds its own repository by the mark
 * in the description, see `toDescription`.
 */
export class RepositoryKeeper {
  readonly #client: GithubClient;
  readonly #http: Pick<HttpClient, 'now' | 'sleep'>;

  constructor(client: GithubClient, http: Pick<HttpClient, 'now' | 'sleep'>) {
    this.#client = client;
    this.#http = http;
  }

  /** See `GitProvider.createRepository`. */
  async create(request: CreateRepository): Promise<CreatedRepository> {
    const { repository, files, runKey, signal } = request;
    assertRunKey(runKey);
    assertPaths(files ?? []);
    let answer = await this.#findOwn(request);
    let isNew = false;
    if (!answer) {
      try {
        answer = await this.#create(request);
        isNew = true;
      } catch (error) {
        // Another attempt of this run was quicker, or the first answer was lost.
        const exists =
          error instanceof InputError && EXISTS.test(error.message);
        const own = exists ? await this.#findOwn(request) : undefined;
        if (!own) {
          throw error;
        }
        answer = own;
      }
    }
    answer = await this.#setVisibility(request, answer);
    // A template is copied after the answer; nothing can be there at once.
    const isEmpty = isNew && request.template !== undefined;
    const head = await this.#waitForCommit(repository, answer, {
      isEmpty,
      signal,
    });
    const { default_branch: branch } = answer;
    await commitFiles(this.#client, request, { branch, head });
    return toRepository(repository, answer);
  }

  /** See `GitProvider.findRepository`. */
  async find(
    repository: Repository,
    options: CallOptions,
  ): Promise<CreatedRepository | undefined> {
    const answer = await this.#read(repository, options);
    return answer && toRepository(repository, answer);
  }

  /** See `GitProvider.removeRepository`. */
  async remove(
    repository: Repository,
    {
      runKey,
      made,
      ...options
    }: CallOptions & { runKey: string; made?: MadeWithin },
  ): Promise<'deleted' | 'archived' | 'absent'> {
    const answer = await this.#findOwn({
      repository,
      runKey,
      made,
      ...options,
    });
    if (!answer) {
      return 'absent';
    }
    const untouched = await this.#isUntouched(
      repository,
      answer,
      { runKey, made },
      options,
    );
    if (untouched && (await this.#delete(repository, options))) {
      return 'deleted';
    }
    if (!answer.archived) {
      await this.#client.call(repository, {
        action: `archive repository ${labelOf(repository)}`,
        route: 'PATCH /repos/{owner}/{repo}',
        parameters: { archived: true },
        answer: repositoryAnswer,
        repeatable: true,
        ...options,
      });
    }
    return 'archived';
  }

  /** @throws ConflictError - there is one, and it is not this run's */
  async #findOwn({
    repository,
    runKey,
    made,
    signal,
  }: Pick<CreateRepository, 'repository' | 'runKey' | 'signal'> & {
    made?: MadeWithin;
  }): Promise<Answer | undefined> {
    const answer = await this.#read(repository, { signal });
    if (answer && !isOwn(answer, runKey, made)) {
      throw notMadeByRun(
        `Repository ${answer.html_url}`,
        'Choose another name, or use what exists.',
        'GitHub',
      );
    }
    return answer;
  }

  #read(
    repository: Repository,
    options: CallOptions,
  ): Promise<Answer | undefined> {
    return this.#client.find(repository, {
      action: `look for repository ${labelOf(repository)}`,
      route: 'GET /repos/{owner}/{repo}',
      answer: repositoryAnswer,
      ...options,
    });
  }

  #create({
    repository,
    template,
    visibility,
    description,
    runKey,
    signal,
  }: CreateRepository): Promise<Answer> {
    if (template && template.host !== repository.host) {
      throw createProblemError(InputError, {
        what: `The template is on ${template.host}, the repository is to be on ${repository.host}.`,
        remedy: 'Change the input: GitHub copies within one host.',
      });
    }
    const common = {
      action: `create repository ${labelOf(repository)}`,
      answer: repositoryAnswer,
      signal,
      remedies: {
        403: "Ask the platform team to let the portal's account create repositories there.",
        404: template
          ? `Check that ${labelOf(
              template,
            )} exists, is a template repository, and that the portal's account may read it and create repositories of ${
              repository.owner
            }.`
          : `Check that ${repository.owner} is an organisation in which the portal's account may create repositories.`,
      },
    };
    const parameters = {
      name: repository.name,
      description: toDescription(description, runKey),
      private: visibility !== 'public',
    };
    return template
      ? this.#client.call(repository, {
          ...common,
          route: 'POST /repos/{template_owner}/{template_repo}/generate',
          parameters: {
            ...parameters,
            owner: repository.owner,
            template_owner: template.owner,
            template_repo: template.name,
          },
        })
      : this.#client.call(repository, {
          ...common,
          route: 'POST /orgs/{org}/repos',
          parameters: { ...parameters, org: repository.owner, auto_init: true },
        });
  }

  /** Neither way of creating takes `internal`. */
  async #setVisibility(
    { repository, visibility, signal }: CreateRepository,
    answer: Answer,
  ): Promise<Answer> {
    const current = answer.visibility ?? visibility;
    if (current === visibility || visibility !== 'internal') {
      return answer;
    }
    return this.#client.call(repository, {
      action: `make repository ${labelOf(repository)} ${visibility}`,
      route: 'PATCH /repos/{owner}/{repo}',
      parameters: { visibility },
      answer: repositoryAnswer,
      repeatable: true,
      signal,
    });
  }

  /** @returns the newest commit of the default branch */
  async #waitForCommit(
    repository: Repository,
    answer: Answer,
    { isEmpty, signal }: CallOptions & { isEmpty: boolean },
  ): Promise<string> {
    const end = this.#http.now() + FILLING_LIMIT_MILLISECONDS;
    let wait = FIRST_WAIT_MILLISECONDS;
    let head = isEmpty
      ? undefined
      : await this.#findHead(repository, answer, signal);
    while (!head) {
      if (this.#http.now() + wait > end) {
        throw createProblemError(ServiceUnavailableError, {
          what: `GitHub created ${answer.html_url}, and has not filled it yet.`,
          whose: 'vendor',
          canPass: true,
          remedy: 'Try again in a few minutes.',
          vendor: 'GitHub',
        });
      }
      await this.#http.sleep(wait, signal);
      wait *= 2;
      head = await this.#findHead(repository, answer, signal);
    }
    return head;
  }

  async #findHead(
    repository: Repository,
    { default_branch: branch }: Answer,
    signal?: AbortSignal,
  ): Promise<string | undefined> {
    try {
      const reference = await this.#client.call(repository, {
        action: `read branch ${branch} of ${labelOf(repository)}`,
        route: 'GET /repos/{owner}/{repo}/git/ref/{ref}',
        parameters: { ref: `heads/${branch}` },
        answer: referenceAnswer,
        signal,
      });
      return reference.object.sha;
    } catch (error) {
      // 404 right after the creation, then 409 "Git Repository is empty".
      if (error instanceof NotFoundError || error instanceof ConflictError) {
        return undefined;
      }
      throw error;
    }
  }

  /**
   * Whether nobody but the run has worked there: one branch, whose commits are
   * the first one and the run's own, no issue and no pull request. A stock
   * action commits in anybody's name: nothing was pushed since it was through.
   */
  async #isUntouched(
    repository: Repository,
    answer: Answer,
    { runKey, made }: { runKey: string; made?: MadeWithin },
    options: CallOptions,
  ): Promise<boolean> {
    const { default_branch: branch, open_issues_count: issues } = answer;
    const branches = await this.#client.list(repository, {
      action: `read the branches of ${labelOf(repository)}`,
      route: 'GET /repos/{owner}/{repo}/branches',
      answer: branchesAnswer,
      ...options,
    });
    if (issues > 0 || branches.some(({ name }) => name !== branch)) {
      return false;
    }
    if (branches.length === 0) {
      return true;
    }
    if (readDescription(answer.description ?? '') === undefined) {
      const { pushed_at: pushedAt } = answer;
      return Boolean(made && pushedAt && isWithin(pushedAt, made));
    }
    const commits = await this.#client.call(repository, {
      action: `read the commits of ${labelOf(repository)}`,
      route: 'GET /repos/{owner}/{repo}/commits',
      parameters: { sha: branch, per_page: MAXIMUM_COMMITS },
      answer: z.array(logAnswer),
      ...options,
    });
    const task = runKey.split('/')[0];
    return commits.every(
      ({ commit, parents }) =>
        parents.length === 0 ||
        readCommitTrailer(commit.message)?.split('/')[0] === task,
    );
  }

  /** Whether it is gone; not where the account may not delete. */
  async #delete(
    repository: Repository,
    options: CallOptions,
  ): Promise<boolean> {
    try {
      await this.#client.call(repository, {
        action: `delete repository ${labelOf(repository)}`,
        route: 'DELETE /repos/{owner}/{repo}',
        answer: emptyAnswer,
        repeatable: true,
        ...options,
      });
      return true;
    } catch (error) {
      if (error instanceof NotFoundError) {
        return true;
      }
      if (error instanceof NotAllowedError) {
        return false;
      }
      throw error;
    }
  }
}

/** Whether a run made it: by its mark or, where nobody left one, by its time. */
function isOwn(
  { description, created_at: createdAt }: Answer,
  runKey: string,
  made: MadeWithin | undefined,
): boolean {
  const mark = readDescription(description ?? '');
  return mark === undefined
    ? Boolean(made && createdAt && isWithin(createdAt, made))
    : mark === runKey;
}

function labelOf({ owner, name }: Repository): string {
  return `${owner}/${name}`;
}

function toRepository(
  repository: Repository,
  answer: Answer,
): CreatedRepository {
  return {
    repository,
    url: answer.html_url,
    cloneUrl: answer.clone_url,
    defaultBranch: answer.default_branch,
    archived: answer.archived,
    createdBy: readDescription(answer.description ?? ''),
  };
}
