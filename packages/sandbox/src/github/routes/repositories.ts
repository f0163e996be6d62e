import { Response, Router } from 'express';
import { asyncHandler } from '../../common/express';
import { GitHubError } from '../errors';
import { OpenRepository } from '../GitHost';
import { StatusState } from '../model';
import {
  accountOf,
  paginate,
  repositoryOf,
  requiredText,
  requireWrite,
  RouteContext,
} from './context';

const REPOSITORY = '/repos/:owner/:repo';
const STATES: StatusState[] = ['error', 'failure', 'pending', 'success'];

/** Repositories, branches, commits, comparisons, commit statuses, the account. */
export function repositoryRoutes(context: RouteContext): Router {
  const router = Router();
  addAccountRoutes(router, context);
  addRepositoryRoutes(router, context);
  addCommitRoutes(router, context);
  addStatusRoutes(router, context);
  return router;
}

function addAccountRoutes(router: Router, { show }: RouteContext): void {
  router.get('/user', (_request, response) => {
    response.json(show.authenticatedUser(accountOf(response)));
  });

  router.get('/rate_limit', (_request, response) => {
    const rate = {
      limit: 5000,
      used: 1,
      remaining: 4999,
      reset: Math.ceil(Date.now() / 1000) + 3600,
    };
    response.json({
      resources: { core: rate, search: rate, graphql: rate },
      rate,
    });
  });
}

function addRepositoryRoutes(router: Router, context: RouteContext): void {
  const { host, pulls, show } = context;
  const repositoryJson = (response: Response, { record }: OpenRepository) =>
    show.repository(
      record,
      accountOf(response),
      pulls
        .list(record.owner, record.name)
        .filter(pull => pull.state === 'open').length,
    );

  router.get(REPOSITORY, (request, response) => {
    const repository = repositoryOf(context, request);
    response.json(repositoryJson(response, repository));
  });

  router.patch(REPOSITORY, (request, response) => {
    requireWrite(response);
    const { record } = repositoryOf(context, request);
    const { archived, description, visibility } = request.body;
    const isPrivate = visibility
      ? visibility !== 'public'
      : request.body.private;
    host.saveRepository({
      ...record,
      archived: archived ?? record.archived,
      description: description ?? record.description,
      private: isPrivate ?? record.private,
      isTemplate: request.body.is_template ?? record.isTemplate,
      updatedAt: host.timestamp(),
    });
    response.json(repositoryJson(response, repositoryOf(context, request)));
  });

  router.delete(REPOSITORY, (request, response) => {
    requireWrite(response);
    host.deleteRepository(repositoryOf(context, request).record);
    response.status(204).end();
  });

  router.post(
    '/orgs/:owner/repos',
    asyncHandler(async (request, response) => {
      requireWrite(response);
      const name = requiredText(request.body, 'name', 'Repository');
      const record = await host.createRepository({
        owner: request.params.owner,
        name,
        description: request.body.description ?? '',
        private: request.body.private ?? false,
        files: { 'README.md': `# ${name}\n` },
      });
      response
        .status(201)
        .json(repositoryJson(response, { record, git: host.gitOf(record) }));
    }),
  );

  router.post(
    `${REPOSITORY}/generate`,
    asyncHandler(async (request, response) => {
      requireWrite(response);
      const { record: template } = repositoryOf(context, request);
      if (!template.isTemplate) {
        throw GitHubError.notFound();
      }
      const record = await host.generateRepository(
        {
          owner: request.body.owner ?? accountOf(response).login,
          name: requiredText(request.body, 'name', 'Repository'),
          description: request.body.description ?? '',
          private: request.body.private ?? false,
        },
        template,
      );
      response
        .status(201)
        .json(repositoryJson(response, { record, git: host.gitOf(record) }));
    }),
  );

  router.get(
    `${REPOSITORY}/branches`,
    asyncHandler(async (request, response) => {
      const { git, record } = repositoryOf(context, request);
      const url = show.repositoryUrl(record.owner, record.name);
      const branches = (await git.branches()).map(({ name, sha }) => ({
        name,
        commit: { sha, url: `${url}/commits/${sha}` },
        protected: false,
      }));
      response.json(paginate(request, response, branches));
    }),
  );

  router.get(
    `${REPOSITORY}/branches/*`,
    asyncHandler(async (request, response) => {
      const { git, record } = repositoryOf(context, request);
      const name = request.params[0];
      const sha = await git.ref(`refs/heads/${name}`);
      if (!sha) {
        throw new GitHubError(404, 'Branch not found');
      }
      const [commit] = await git.log(sha, { limit: 1 });
      const self = `${show.repositoryUrl(
        record.owner,
        record.name,
      )}/branches/${name}`;
      response.json({
        name,
        commit: show.commit(record, commit),
        _links: {
          self,
          html: `${show.web}/${record.owner}/${record.name}/tree/${name}`,
        },
        protected: false,
        protection: {
          enabled: false,
          required_status_checks: {
            enforcement_level: 'off',
            contexts: [],
            checks: [],
          },
        },
        protection_url: `${self}/protection`,
      });
    }),
  );
}

function addCommitRoutes(router: Router, context: RouteContext): void {
  const { show } = context;

  router.get(
    `${REPOSITORY}/commits`,
    asyncHandler(async (request, response) => {
      const repository = repositoryOf(context, request);
      const { git, record } = repository;
      const sha = await commitNamed(
        repository,
        String(request.query.sha ?? record.defaultBranch),
      );
      const path = request.query.path ? String(request.query.path) : undefined;
      const commits = await git.log(sha, { path, limit: 1000 });
      response.json(
        paginate(request, response, commits).map(commit =>
          show.commit(record, commit),
        ),
      );
    }),
  );

  router.get(
    `${REPOSITORY}/commits/:ref`,
    asyncHandler(async (request, response) => {
      const repository = repositoryOf(context, request);
      const { git, record } = repository;
      const sha = await commitNamed(repository, request.params.ref, 422);
      const [commit] = await git.log(sha, { limit: 1 });
      const files = commit.parents[0]
        ? await git.changes(commit.parents[0], sha)
        : [];
      const additions = files.reduce((sum, file) => sum + file.additions, 0);
      const deletions = files.reduce((sum, file) => sum + file.deletions, 0);
      response.json({
        ...show.commit(record, commit),
        stats: { additions, deletions, total: additions + deletions },
        files: files.map(file => show.file(record, sha, file)),
      });
    }),
  );

  router.get(
    `${REPOSITORY}/compare/*`,
    asyncHandler(async (request, response) => {
      const repository = repositoryOf(context, request);
      const { git, record } = repository;
      const [base, head] = request.params[0]
        .split('...')
        .map(side => side.slice(side.indexOf(':') + 1));
      const baseSha = await commitNamed(repository, base);
      const headSha = await commitNamed(repository, head ?? '');
      const mergeBase = (await git.mergeBase(baseSha, headSha)) ?? baseSha;
      const commits = await git.log(`${mergeBase}..${headSha}`);
      const behind = await git.count(headSha, baseSha);
      const [baseCommit] = await git.log(baseSha, { limit: 1 });
      const [mergeBaseCommit] = await git.log(mergeBase, { limit: 1 });
      const files = await git.changes(mergeBase, headSha);
      const name = `${base}...${head}`;
      const page = `${show.web}/${record.owner}/${record.name}/compare/${name}`;
      response.json({
        url: `${show.repositoryUrl(record.owner, record.name)}/compare/${name}`,
        html_url: page,
        permalink_url: page,
        diff_url: `${page}.diff`,
        patch_url: `${page}.patch`,
        base_commit: show.commit(record, baseCommit),
        merge_base_commit: show.commit(record, mergeBaseCommit),
        status: comparison(commits.length, behind),
        ahead_by: commits.length,
        behind_by: behind,
        total_commits: commits.length,
        commits: commits.reverse().map(commit => show.commit(record, commit)),
        files: files.map(file => show.file(record, headSha, file)),
      });
    }),
  );
}

function addStatusRoutes(router: Router, context: RouteContext): void {
  const { host, show } = context;

  router.post(
    `${REPOSITORY}/statuses/:sha`,
    asyncHandler(async (request, response) => {
      requireWrite(response);
      const { record, git } = repositoryOf(context, request);
      const { sha } = request.params;
      const { state, description, context: name } = request.body;
      const target = request.body.target_url;
      if ((await git.objectType(sha)) !== 'commit') {
        throw new GitHubError(422, `No commit found for SHA: ${sha}`);
      }
      if (!STATES.includes(state)) {
        throw GitHubError.validation({
          resource: 'Status',
          field: 'state',
          code: 'custom',
          message: 'state is not included in the list',
        });
      }
      const status = host.addStatus(record, sha, {
        state,
        context: name ?? 'default',
        description: description ?? undefined,
        targetUrl: target ?? undefined,
        creator: accountOf(response).login,
      });
      response.status(201).json(show.status(record, sha, status));
    }),
  );

  const listStatuses = asyncHandler(async (request, response) => {
    const repository = repositoryOf(context, request);
    const sha = await commitNamed(repository, request.params.ref);
    const statuses = host.statuses(repository.record, sha);
    response.json(
      paginate(request, response, statuses).map(status =>
        show.status(repository.record, sha, status),
      ),
    );
  });
  router.get(`${REPOSITORY}/commits/:ref/statuses`, listStatuses);
  router.get(`${REPOSITORY}/statuses/:ref`, listStatuses);

  router.get(
    `${REPOSITORY}/commits/:ref/status`,
    asyncHandler(async (request, response) => {
      const repository = repositoryOf(context, request);
      const { record } = repository;
      const sha = await commitNamed(repository, request.params.ref);
      const { state, statuses } = host.combinedStatus(record, sha);
      const url = show.repositoryUrl(record.owner, record.name);
      response.json({
        state,
        statuses: paginate(request, response, statuses).map(status => {
          const { creator: _creator, ...simple } = show.status(
            record,
            sha,
            status,
          );
          return simple;
        }),
        sha,
        total_count: statuses.length,
        repository: show.minimalRepository(record),
        commit_url: `${url}/commits/${sha}`,
        url: `${url}/commits/${sha}/status`,
      });
    }),
  );
}

async function commitNamed(
  { git }: OpenRepository,
  name: string,
  missing: 404 | 422 = 404,
): Promise<string> {
  const sha = await git.commitSha(name);
  if (!sha) {
    throw missing === 404
      ? GitHubError.notFound()
      : new GitHubError(422, `No commit found for SHA: ${name}`);
  }
  return sha;
}

function comparison(ahead: number, behind: number): string {
  if (ahead > 0 && behind > 0) {
    return 'diverged';
  }
  if (ahead > 0) {
    return 'ahead';
  }
  return behind > 0 ? 'behind' : 'identical';
}
