import { Router } from 'express';
import { asyncHandler } from '../../common/express';
import { GitHubError } from '../errors';
import { GitIdentity, ZERO_SHA } from '../../git/model';
import { GitError } from '../../git/process';
import { Account } from '../model';
import {
  accountOf,
  repositoryOf,
  requiredText,
  requireLive,
  requireWrite,
  RouteContext,
} from './context';

const REPOSITORY = '/repos/:owner/:repo';

/** Git database: blobs, trees, commits, refs. */
export function gitDataRoutes(context: RouteContext): Router {
  const router = Router();
  addObjectRoutes(router, context);
  addRefRoutes(router, context);
  return router;
}

function addObjectRoutes(router: Router, context: RouteContext): void {
  const { show, host } = context;

  router.post(
    `${REPOSITORY}/git/blobs`,
    asyncHandler(async (request, response) => {
      requireWrite(response);
      const repository = repositoryOf(context, request);
      requireLive(repository);
      const { content, encoding } = request.body;
      if (typeof content !== 'string') {
        throw new GitHubError(422, 'Invalid request.');
      }
      const bytes = Buffer.from(
        content,
        encoding === 'base64' ? 'base64' : 'utf8',
      );
      const sha = await repository.git.writeBlob(bytes);
      response.status(201).json({
        sha,
        url: `${urlOf(request.params)}/git/blobs/${sha}`,
      });
    }),
  );

  router.get(
    `${REPOSITORY}/git/blobs/:sha`,
    asyncHandler(async (request, response) => {
      const { git, record } = repositoryOf(context, request);
      const { sha } = request.params;
      if ((await git.objectType(sha)) !== 'blob') {
        throw GitHubError.notFound();
      }
      const content = await git.readBlob(sha);
      response.json({
        sha,
        node_id: `B_${record.id}`,
        size: content.length,
        url: `${urlOf(request.params)}/git/blobs/${sha}`,
        content: content.toString('base64'),
        encoding: 'base64',
      });
    }),
  );

  const treeJson = async (
    params: Record<string, string>,
    sha: string,
    recursive: boolean,
  ) => {
    const { git } = host.repository(params.owner, params.repo);
    const url = `${urlOf(params)}/git`;
    return {
      sha,
      url: `${url}/trees/${sha}`,
      tree: (await git.listTree(sha, recursive)).map(entry => ({
        ...entry,
        url: `${url}/${entry.type}s/${entry.sha}`,
      })),
      truncated: false,
    };
  };

  router.post(
    `${REPOSITORY}/git/trees`,
    asyncHandler(async (request, response) => {
      requireWrite(response);
      const repository = repositoryOf(context, request);
      requireLive(repository);
      const { git } = repository;
      const base = request.body.base_tree
        ? await git.resolve(`${request.body.base_tree}^{tree}`)
        : undefined;
      if (request.body.base_tree && !base) {
        throw GitHubError.notFound();
      }
      const entries = await Promise.all(
        (request.body.tree as TreeInput[]).map(async entry => ({
          path: entry.path,
          mode: entry.mode ?? '100644',
          sha:
            typeof entry.content === 'string'
              ? await git.writeBlob(Buffer.from(entry.content))
              : entry.sha ?? undefined,
        })),
      );
      const sha = await git.writeTree(base, entries).catch(error => {
        throw new GitHubError(
          422,
          error.message.startsWith('GitRPC')
            ? error.message
            : 'tree.sha invalid',
        );
      });
      response.status(201).json(await treeJson(request.params, sha, false));
    }),
  );

  router.get(
    `${REPOSITORY}/git/trees/*`,
    asyncHandler(async (request, response) => {
      const { git } = repositoryOf(context, request);
      const name = request.params[0];
      const sha =
        (await git.resolve(`refs/heads/${name}^{tree}`)) ??
        (await git.resolve(`${name}^{tree}`));
      if (!sha) {
        throw GitHubError.notFound();
      }
      const recursive = request.query.recursive !== undefined;
      response.json(await treeJson(request.params, sha, recursive));
    }),
  );

  router.post(
    `${REPOSITORY}/git/commits`,
    asyncHandler(async (request, response) => {
      requireWrite(response);
      const repository = repositoryOf(context, request);
      requireLive(repository);
      const { git, record } = repository;
      const { body } = request;
      const author = identity(
        body.author,
        accountOf(response),
        host.timestamp(),
      );
      const sha = await git
        .writeCommit({
          message: requiredText(body, 'message', 'Commit'),
          tree: requiredText(body, 'tree', 'Commit'),
          parents: body.parents ?? [],
          author,
          committer: body.committer
            ? identity(body.committer, accountOf(response), author.date)
            : author,
        })
        .catch(error => {
          throw error instanceof GitError
            ? new GitHubError(422, 'Tree SHA does not exist')
            : error;
        });
      const [commit] = await git.log(sha, { limit: 1 });
      response.status(201).json(show.gitCommit(record, commit));
    }),
  );

  router.get(
    `${REPOSITORY}/git/commits/:sha`,
    asyncHandler(async (request, response) => {
      const { git, record } = repositoryOf(context, request);
      if ((await git.objectType(request.params.sha)) !== 'commit') {
        throw GitHubError.notFound();
      }
      const [commit] = await git.log(request.params.sha, { limit: 1 });
      response.json(show.gitCommit(record, commit));
    }),
  );

  function urlOf(params: Record<string, string>): string {
    return show.repositoryUrl(params.owner, params.repo);
  }
}

function addRefRoutes(router: Router, context: RouteContext): void {
  const { show, host, pulls } = context;

  router.get(
    `${REPOSITORY}/git/ref/*`,
    asyncHandler(async (request, response) => {
      const { git, record } = repositoryOf(context, request);
      const name = `refs/${request.params[0]}`;
      const sha = await git.ref(name);
      if (!sha) {
        throw (await git.branches()).length > 0
          ? GitHubError.notFound()
          : new GitHubError(409, 'Git Repository is empty.');
      }
      response.json(show.ref(record, name, sha));
    }),
  );

  router.get(
    `${REPOSITORY}/git/matching-refs/*`,
    asyncHandler(async (request, response) => {
      const { git, record } = repositoryOf(context, request);
      const prefix = `refs/${request.params[0]}`;
      const matching = (await git.branches())
        .map(({ name, sha }) => ({ name: `refs/heads/${name}`, sha }))
        .filter(({ name }) => name.startsWith(prefix));
      response.json(
        matching.map(({ name, sha }) => show.ref(record, name, sha)),
      );
    }),
  );

  router.post(
    `${REPOSITORY}/git/refs`,
    asyncHandler(async (request, response) => {
      requireWrite(response);
      const repository = repositoryOf(context, request);
      requireLive(repository);
      const { git, record } = repository;
      const name = requiredText(request.body, 'ref', 'Reference');
      const sha = requiredText(request.body, 'sha', 'Reference');
      if (!/^refs\/(heads|tags)\/[^\s~^:?*[\\]+$/.test(name)) {
        throw new GitHubError(422, `${name} is not a valid ref name.`);
      }
      if (!(await git.objectType(sha))) {
        throw new GitHubError(422, 'Object does not exist');
      }
      await host.mutex.run(async () => {
        await git.updateRef(name, sha, ZERO_SHA).catch(() => {
          throw new GitHubError(422, 'Reference already exists');
        });
        await pulls.synchronise(repository, accountOf(response).login);
      });
      response.status(201).json(show.ref(record, name, sha));
    }),
  );

  router.patch(
    `${REPOSITORY}/git/refs/*`,
    asyncHandler(async (request, response) => {
      requireWrite(response);
      const repository = repositoryOf(context, request);
      requireLive(repository);
      const { git, record } = repository;
      const name = `refs/${request.params[0]}`;
      const sha = requiredText(request.body, 'sha', 'Reference');
      await host.mutex.run(async () => {
        const old = await git.ref(name);
        if (!old) {
          throw new GitHubError(422, 'Reference does not exist');
        }
        if (!(await git.objectType(sha))) {
          throw new GitHubError(422, 'Object does not exist');
        }
        if (request.body.force !== true && !(await git.isAncestor(old, sha))) {
          throw new GitHubError(422, 'Update is not a fast forward');
        }
        await git.updateRef(name, sha, old);
        await pulls.synchronise(repository, accountOf(response).login);
      });
      response.json(show.ref(record, name, sha));
    }),
  );

  router.delete(
    `${REPOSITORY}/git/refs/*`,
    asyncHandler(async (request, response) => {
      requireWrite(response);
      const repository = repositoryOf(context, request);
      requireLive(repository);
      const name = `refs/${request.params[0]}`;
      await host.mutex.run(async () => {
        if (!(await repository.git.ref(name))) {
          throw new GitHubError(422, 'Reference does not exist');
        }
        await repository.git.deleteRef(name);
        await pulls.synchronise(repository, accountOf(response).login);
      });
      response.status(204).end();
    }),
  );
}

interface TreeInput {
  path: string;
  mode?: string;
  sha?: string | null;
  content?: string;
}

function identity(
  given: Partial<GitIdentity> | undefined,
  account: Account,
  now: string,
): GitIdentity {
  return {
    name: given?.name ?? account.name,
    email: given?.email ?? `${account.login}@users.noreply.example.com`,
    date: given?.date ?? now,
  };
}
