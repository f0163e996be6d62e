import { createHash } from 'node:crypto';
import { Request, Router } from 'express';
import { asyncHandler } from '../../common/express';
import { GitLabError } from '../errors';
import { repositoryOf, RouteContext } from './context';

const FILES = '/projects/:id/repository/files/:path';

/**
 * Files by their path: as JSON, as they are, or what is known of them in
 * headers. Source: GitLab "Repository files API".
 */
export function fileRoutes(context: RouteContext): Router {
  const router = Router();

  async function read(request: Request) {
    const { record, git } = repositoryOf(context, request);
    const { path } = request.params;
    const ref = String(request.query.ref ?? 'HEAD');
    const commit = await git.commitSha(
      ref === 'HEAD' ? record.defaultBranch : ref,
    );
    if (!commit) {
      throw GitLabError.notFound('Commit');
    }
    const entry = (await git.listTree(commit, true)).find(
      candidate => candidate.path === path && candidate.type === 'blob',
    );
    if (!entry) {
      throw GitLabError.notFound('File');
    }
    const content = await git.readBlob(entry.sha);
    const [last] = await git.log(commit, { limit: 1, path });
    const hash = createHash('sha256').update(content).digest('hex');
    const facts = {
      file_name: path.split('/').pop()!,
      file_path: path,
      size: content.length,
      encoding: 'base64',
      content_sha256: hash,
      ref,
      blob_id: entry.sha,
      commit_id: commit,
      last_commit_id: last.sha,
      execute_filemode: entry.mode === '100755',
    };
    const headers = Object.fromEntries(
      Object.entries(facts).map(([name, value]) => [
        `x-gitlab-${name.replaceAll('_', '-')}`,
        // Other letters are not for headers; clients know the path.
        encodeURI(String(value)),
      ]),
    );
    return { content, facts, headers };
  }

  router.get(
    `${FILES}/raw`,
    asyncHandler(async (request, response) => {
      const { content, headers, facts } = await read(request);
      const etag = `"${facts.blob_id}"`;
      response.set({ ...headers, etag });
      if (request.headers['if-none-match'] === etag) {
        response.status(304).end();
        return;
      }
      response.type('text/plain').send(content);
    }),
  );

  router.head(
    FILES,
    asyncHandler(async (request, response) => {
      response
        .set((await read(request)).headers)
        .status(200)
        .end();
    }),
  );

  router.get(
    FILES,
    asyncHandler(async (request, response) => {
      const { content, facts, headers } = await read(request);
      response
        .set(headers)
        .json({ ...facts, content: content.toString('base64') });
    }),
  );
  return router;
}
