import { Request, Router } from 'express';
import { asyncHandler } from '../../common/express';
import { CommitAction, commitActions } from '../commitActions';
import { GitLabError } from '../errors';
import { OpenProject } from '../GitLabHost';
import {
  accountOf,
  optionalText,
  paginate,
  projectOf,
  repositoryOf,
  requiredText,
  requireLive,
  RouteContext,
} from './context';

const REPOSITORY = '/projects/:id/repository';

/** Branches, commits, trees and archives. */
export function repositoryRoutes(context: RouteContext): Router {
  const router = Router();
  addBranchRoutes(router, context);
  addCommitRoutes(router, context);
  addTreeRoutes(router, context);
  return router;
}

function addBranchRoutes(router: Router, context: RouteContext): void {
  const { host, requests, show } = context;

  async function branchJson({ record, git }: OpenProject, name: string) {
    const sha = await git.ref(`refs/heads/${name}`);
    if (!sha) {
      throw GitLabError.notFound('Branch');
    }
    const [commit] = await git.log(sha, { limit: 1 });
    return show.branch(record, name, commit);
  }

  router.get(
    `${REPOSITORY}/branches`,
    asyncHandler(async (request, response) => {
      const project = repositoryOf(context, request);
      const branches = await project.git.branches();
      response.json(
        await Promise.all(
          paginate(request, response, branches).map(({ name }) =>
            branchJson(project, name),
          ),
        ),
      );
    }),
  );

  router.get(
    `${REPOSITORY}/branches/:branch`,
    asyncHandler(async (request, response) => {
      const project = repositoryOf(context, request);
      response.json(await branchJson(project, request.params.branch));
    }),
  );

  router.post(
    `${REPOSITORY}/branches`,
    asyncHandler(async (request, response) => {
      const project = repositoryOf(context, request);
      requireLive(project);
      const { git } = project;
      const input = { ...request.query, ...request.body };
      const name = requiredText(input, 'branch');
      const start = await git.commitSha(requiredText(input, 'ref'));
      await host.mutex.run(async () => {
        if (await git.ref(`refs/heads/${name}`)) {
          throw GitLabError.bad('Branch already exists');
        }
        if (!start) {
          throw GitLabError.bad(`Invalid reference name: ${input.ref}`);
        }
        await git.updateRef(`refs/heads/${name}`, start);
        await requests.synchronise(project, accountOf(response).username);
      });
      response.status(201).json(await branchJson(project, name));
    }),
  );

  router.delete(
    `${REPOSITORY}/branches/:branch`,
    asyncHandler(async (request, response) => {
      const project = repositoryOf(context, request);
      requireLive(project);
      const { branch } = request.params;
      if (branch === project.record.defaultBranch) {
        throw GitLabError.forbidden();
      }
      await host.mutex.run(async () => {
        if (!(await project.git.ref(`refs/heads/${branch}`))) {
          throw GitLabError.notFound('Branch');
        }
        await project.git.deleteRef(`refs/heads/${branch}`);
        await requests.synchronise(project, accountOf(response).username);
      });
      response.status(204).end();
    }),
  );
}

function addCommitRoutes(router: Router, context: RouteContext): void {
  const { host, requests, show } = context;

  router.post(
    `${REPOSITORY}/commits`,
    asyncHandler(async (request, response) => {
      const project = repositoryOf(context, request);
      requireLive(project);
      const { body } = request;
      if (!Array.isArray(body.actions)) {
        throw GitLabError.parameter('actions is missing');
      }
      const account = accountOf(response);
      const sha = await host.mutex.run(async () => {
        const created = await commitActions(project.git, {
          branch: requiredText(body, 'branch'),
          start:
            optionalText(body, 'start_sha') ??
            optionalText(body, 'start_branch'),
          message: requiredText(body, 'commit_message'),
          actions: body.actions as CommitAction[],
          account,
          date: host.timestamp(),
        });
        await requests.synchronise(project, account.username);
        return created;
      });
      const [commit] = await project.git.log(sha, { limit: 1 });
      response.status(201).json(show.commit(project.record, commit));
    }),
  );

  router.get(
    `${REPOSITORY}/commits`,
    asyncHandler(async (request, response) => {
      const { record, git } = repositoryOf(context, request);
      const name = String(request.query.ref_name ?? record.defaultBranch);
      const sha = await git.commitSha(name);
      const commits = sha
        ? await git.log(sha, {
            path: optionalText(request.query, 'path'),
          })
        : [];
      response.json(
        paginate(request, response, commits).map(commit =>
          show.commit(record, commit),
        ),
      );
    }),
  );

  router.get(
    `${REPOSITORY}/commits/:sha`,
    asyncHandler(async (request, response) => {
      const { record, git } = repositoryOf(context, request);
      const sha = await commitNamed(git, request);
      const [commit] = await git.log(sha, { limit: 1 });
      const pipeline = context.pipelines.find(record, sha);
      response.json({
        ...show.commit(record, commit),
        stats: { additions: 0, deletions: 0, total: 0 },
        status: pipeline ? show.pipeline(pipeline, record).status : null,
        project_id: record.id,
        last_pipeline: pipeline ? show.pipeline(pipeline, record) : null,
      });
    }),
  );
}

function addTreeRoutes(router: Router, context: RouteContext): void {
  router.get(
    `${REPOSITORY}/tree`,
    asyncHandler(async (request, response) => {
      const { record, git } = repositoryOf(context, request);
      const ref = String(request.query.ref ?? record.defaultBranch);
      const path = String(request.query.path ?? '').replace(/^\/|\/$/g, '');
      const commit = await git.commitSha(ref);
      const tree = commit && (await git.resolve(`${commit}:${path}`));
      if (!tree || (await git.objectType(tree)) !== 'tree') {
        throw GitLabError.notFound('Tree');
      }
      const recursive = request.query.recursive === 'true';
      const entries = await git.listTree(tree, recursive);
      response.json(
        paginate(request, response, entries).map(entry => ({
          id: entry.sha,
          name: entry.path.split('/').pop(),
          type: entry.type,
          path: path ? `${path}/${entry.path}` : entry.path,
          mode: entry.mode,
        })),
      );
    }),
  );

  router.get(
    `${REPOSITORY}/blobs/:sha/raw`,
    asyncHandler(async (request, response) => {
      const { git } = repositoryOf(context, request);
      const { sha } = request.params;
      if ((await git.objectType(sha)) !== 'blob') {
        throw GitLabError.notFound('Blob');
      }
      response.type('text/plain').send(await git.readBlob(sha));
    }),
  );

  router.get(
    [`${REPOSITORY}/archive`, `${REPOSITORY}/archive.tar.gz`],
    asyncHandler(async (request, response) => {
      const { record, git } = repositoryOf(context, request);
      const ref = String(request.query.sha ?? record.defaultBranch);
      const sha = await git.commitSha(ref);
      if (!sha) {
        throw GitLabError.notFound('File');
      }
      const path = optionalText(request.query, 'path');
      const name = `${record.path}-${ref.replaceAll('/', '-')}-${sha}`;
      response
        .type('application/octet-stream')
        .send(
          await git.raw([
            'archive',
            '--format=tar.gz',
            `--prefix=${name}/`,
            sha,
            ...(path ? [path] : []),
          ]),
        );
    }),
  );
}

/** The commit that `:sha` names; throws 404. */
export async function commitNamed(
  git: ReturnType<typeof projectOf>['git'],
  request: Request,
): Promise<string> {
  const sha = await git.commitSha(request.params.sha);
  if (!sha) {
    throw GitLabError.notFound('Commit');
  }
  return sha;
}
