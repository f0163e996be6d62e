import {
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
  acceptedAnswer,
  branchAnswer,
  commitAnswer,
  mergeRequestAnswer,
  namespaceAnswer,
  projectAnswer,
} from './answers';
import { labelOf } from './branches';
import { fillProject } from './fillProject';
import { GitlabClient, toPath } from './GitlabClient';

type ProjectAnswer = z.infer<typeof projectAnswer>;

/** Of a project that has no branch yet; the first one becomes it. */
const DEFAULT_BRANCH = 'main';
/** GitLab makes the repository of a project some time after it answered. */
const FIRST_WAIT_MILLISECONDS = 200;
const FILLING_LIMIT_MILLISECONDS = 60_000;
/** More commits than that are no longer only a run's. */
const MAXIMUM_COMMITS = 100;
const TAKEN = /already been taken/i;
const MARKED = /already marked for deletion|already been marked/i;

/**
 * Creates projects, finds and removes them.
 *
 * @remarks
 * GitLab has no idempotency keys: a run finds its own project by the mark in
 * the description, see `toDescription`.
 */
export class ProjectKeeper {
  readonly #client: GitlabClient;
  readonly #http: Pick<HttpClient, 'now' | 'sleep'>;

  constructor(client: GitlabClient, http: Pick<HttpClient, 'now' | 'sleep'>) {
    this.#client = client;
    this.#http = http;
  }

  /** See `GitProvider.createRepository`. */
  async create(request: CreateRepository): Promise<CreatedRepository> {
    const { repository, files, runKey } = request;
    assertRunKey(runKey);
    assertPaths(files ?? []);
    let answer = await this.#findOwn(request);
    if (!answer) {
      try {
        answer = await this.#create(request);
      } catch (error) {
        // Another attempt of this run was quicker, or the first answer was lost.
        const taken = error instanceof InputError && TAKEN.test(error.message);
        const own = taken ? await this.#findOwn(request) : undefined;
        if (!own) {
          throw error;
        }
        answer = own;
      }
    }
    const head = await this.#waitForRepository(request, answer);
    const branch = head?.name ?? DEFAULT_BRANCH;
    await fillProject(this.#client, request, { branch, head: head?.commit });
    return toRepository(repository, { ...answer, default_branch: branch });
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
    const own = { repository, runKey, made, ...options };
    const answer = await this.#findOwn(own);
    if (!answer) {
      return 'absent';
    }
    const untouched = await this.#isUntouched(
      repository,
      answer,
      runKey,
      options,
    );
    if (untouched && (await this.#delete(repository, answer, options))) {
      return 'deleted';
    }
    if (!answer.archived) {
      await this.#client.call({
        action: `archive project ${labelOf(repository)}`,
        method: 'POST',
        path: toPath(repository, 'archive'),
        answer: projectAnswer,
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
  }): Promise<ProjectAnswer | undefined> {
    const answer = await this.#read(repository, { signal });
    if (answer && !isOwn(answer, runKey, made)) {
      throw notMadeByRun(
        `Project ${answer.web_url}`,
        'Choose another name, or use what exists.',
        'GitLab',
      );
    }
    return answer;
  }

  /** What has moved away or is going to be deleted is not there. */
  async #read(
    repository: Repository,
    options: CallOptions,
  ): Promise<ProjectAnswer | undefined> {
    const answer = await this.#client.find({
      action: `look for project ${labelOf(repository)}`,
      path: toPath(repository),
      answer: projectAnswer,
      ...options,
    });
    const path = answer?.path_with_namespace.toLowerCase();
    const isThere =
      path === labelOf(repository).toLowerCase() &&
      answer !== undefined &&
      !isMarked(answer);
    return isThere ? answer : undefined;
  }

  async #create(request: CreateRepository): Promise<ProjectAnswer> {
    const { repository, template, visibility, signal } = request;
    if (template && template.host !== repository.host) {
      throw createProblemError(InputError, {
        what: `The template is on ${template.host}, the repository is to be on ${repository.host}.`,
        remedy: 'Change the input: files are copied within one host.',
      });
    }
    if (template) {
      // Before anything is made: its files are needed.
      await this.#client.call({
        action: `read the template ${labelOf(template)}`,
        path: toPath(template),
        answer: projectAnswer,
        signal,
      });
    }
    const namespace = await this.#client.call({
      action: `look for the group ${repository.owner}`,
      path: ['namespaces', repository.owner],
      answer: namespaceAnswer,
      remedies: {
        404: `Check that the group ${repository.owner} exists, and that the portal's account is a member.`,
      },
      signal,
    });
    return this.#client.call({
      action: `create project ${labelOf(repository)}`,
      method: 'POST',
      path: ['projects'],
      body: {
        name: repository.name,
        path: repository.name,
        namespace_id: namespace.id,
        description: toDescription(request.description, request.runKey),
        visibility,
        initialize_with_readme: template === undefined,
      },
      answer: projectAnswer,
      remedies: {
        403: `Ask the platform team to let the portal's account create projects in ${repository.owner}.`,
      },
      signal,
    });
  }

  /** @returns its default branch; `undefined` while it is empty */
  async #waitForRepository(
    { repository, template, signal }: CreateRepository,
    answer: ProjectAnswer,
  ): Promise<z.infer<typeof branchAnswer> | undefined> {
    const end = this.#http.now() + FILLING_LIMIT_MILLISECONDS;
    let wait = FIRST_WAIT_MILLISECONDS;
    for (;;) {
      const branches = await this.#client.find({
        action: `read the branches of ${labelOf(repository)}`,
        path: toPath(repository, 'repository', 'branches'),
        query: { per_page: 100 },
        answer: z.array(branchAnswer),
        signal,
      });
      // What a template is copied into is empty; else there is a README.
      const head = branches?.find(branch => branch.default);
      if (head || (branches?.length === 0 && template)) {
        return head;
      }
      if (this.#http.now() + wait > end) {
        throw createProblemError(ServiceUnavailableError, {
          what: `GitLab created ${answer.web_url}, and has not filled it yet.`,
          whose: 'vendor',
          canPass: true,
          remedy: 'Try again in a few minutes.',
          vendor: 'GitLab',
        });
      }
      await this.#http.sleep(wait, signal);
      wait *= 2;
    }
  }

  /**
   * Whether nobody but the run has worked there: one branch, whose commits are
   * the first one and the run's own, no issue and no merge request.
   */
  async #isUntouched(
    repository: Repository,
    answer: ProjectAnswer,
    runKey: string,
    options: CallOptions,
  ): Promise<boolean> {
    const label = labelOf(repository);
    const branches = await this.#client.list({
      action: `read the branches of ${label}`,
      path: toPath(repository, 'repository', 'branches'),
      answer: branchAnswer,
      ...options,
    });
    const requests = await this.#client.call({
      action: `read the merge requests of ${label}`,
      path: toPath(repository, 'merge_requests'),
      query: { state: 'all', per_page: 1 },
      answer: z.array(mergeRequestAnswer),
      ...options,
    });
    const issues = answer.open_issues_count ?? 0;
    if (branches.length > 1 || requests.length > 0 || issues > 0) {
      return false;
    }
    if (branches.length === 0) {
      return true;
    }
    const commits = await this.#client.call({
      action: `read the commits of ${label}`,
      path: toPath(repository, 'repository', 'commits'),
      query: { ref_name: branches[0].name, per_page: MAXIMUM_COMMITS },
      answer: z.array(commitAnswer),
      ...options,
    });
    const task = runKey.split('/')[0];
    const isTheRuns = ({ message }: { message: string }) =>
      readCommitTrailer(message)?.split('/')[0] === task;
    const isMarkedOwn = readDescription(answer.description ?? '') !== undefined;
    return (
      isMarkedOwn &&
      commits.length < MAXIMUM_COMMITS &&
      commits.every(
        commit => commit.parent_ids.length === 0 || isTheRuns(commit),
      )
    );
  }

  /**
   * Deletes it in GitLab's two steps: the first marks it and, since 18.0, frees
   * its path; the second does not wait for the end of the grace period, where
   * the server lets us.
   *
   * @returns false where the account may not
   */
  async #delete(
    repository: Repository,
    { id }: ProjectAnswer,
    options: CallOptions,
  ): Promise<boolean> {
    const label = labelOf(repository);
    const step = async (query: Record<string, string | boolean>) => {
      try {
        await this.#client.call({
          action: `delete project ${label}`,
          method: 'DELETE',
          path: ['projects', id],
          query,
          answer: acceptedAnswer,
          repeatable: true,
          ...options,
        });
        return true;
      } catch (error) {
        const done =
          error instanceof NotFoundError || MARKED.test(String(error));
        if (done || error instanceof NotAllowedError) {
          return done;
        }
        throw error;
      }
    };
    if (!(await step({}))) {
      return false;
    }
    const marked = await this.#client.find({
      action: `look whether project ${label} is deleted`,
      path: ['projects', id],
      answer: projectAnswer,
      ...options,
    });
    if (marked && isMarked(marked)) {
      try {
        await step({
          permanently_remove: true,
          full_path: marked.path_with_namespace,
        });
      } catch (error) {
        // A server may insist on the grace period; it goes by itself then.
        if (!(error instanceof InputError)) {
          throw error;
        }
      }
    }
    return true;
  }
}

/** Whether a run made it: by its mark or, where nobody left one, by its time. */
function isOwn(
  { description, created_at: createdAt }: ProjectAnswer,
  runKey: string,
  made: MadeWithin | undefined,
): boolean {
  const mark = readDescription(description ?? '');
  return mark === undefined
    ? made !== undefined && isWithin(createdAt, made)
    : mark === runKey;
}

function isMarked(answer: ProjectAnswer): boolean {
  return Boolean(
    answer.marked_for_deletion_on ?? answer.marked_for_deletion_at,
  );
}

function toRepository(
  repository: Repository,
  answer: ProjectAnswer,
): CreatedRepository {
  return {
    repository,
    url: answer.web_url,
    cloneUrl: answer.http_url_to_repo,
    defaultBranch: answer.default_branch ?? DEFAULT_BRANCH,
    archived: answer.archived,
    createdBy: readDescription(answer.description ?? ''),
  };
}
