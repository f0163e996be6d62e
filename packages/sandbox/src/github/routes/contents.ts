import { Request, Response, Router } from 'express';
import { asyncHandler } from '../../common/express';
import { GitHubError } from '../errors';
import { repositoryOf, RouteContext } from './context';

const REPOSITORY = '/repos/:owner/:repo';

/** Contents of files and directories. */
export function contentRoutes(context: RouteContext): Router {
  const router = Router();
  const { show } = context;

  const handler = asyncHandler(async (request: Request, response: Response) => {
    const repository = repositoryOf(context, request);
    const { git, record } = repository;
    const path = (request.params[0] ?? '').replace(/^\/+|\/+$/g, '');
    const reference = String(request.query.ref ?? record.defaultBranch);
    const commit = await git.commitSha(reference);
    if (!commit) {
      throw new GitHubError(404, `No commit found for the ref ${reference}`);
    }
    const sha = await git.resolve(`${commit}:${path}`);
    if (!sha) {
      throw GitHubError.notFound();
    }
    const url = show.repositoryUrl(record.owner, record.name);
    const page = `${show.web}/${record.owner}/${record.name}`;
    const entryJson = (entry: { path: string; sha: string; type: string }) => {
      const isFile = entry.type === 'blob';
      const self = `${url}/contents/${encodeURI(entry.path)}?ref=${reference}`;
      const gitUrl = `${url}/git/${entry.type}s/${entry.sha}`;
      const html = `${page}/${entry.type}/${reference}/${entry.path}`;
      return {
        type: isFile ? 'file' : 'dir',
        name: entry.path.split('/').pop()!,
        path: entry.path,
        sha: entry.sha,
        url: self,
        git_url: gitUrl,
        html_url: html,
        download_url: isFile ? `${page}/raw/${commit}/${entry.path}` : null,
        _links: { self, git: gitUrl, html },
      };
    };
    if ((await git.objectType(sha)) === 'tree') {
      const entries = await git.listTree(sha);
      response.json(
        entries.map(entry => ({
          ...entryJson({
            ...entry,
            path: path ? `${path}/${entry.path}` : entry.path,
          }),
          size: entry.size ?? 0,
        })),
      );
      return;
    }
    const content = await git.readBlob(sha);
    if (/\braw\b/.test(request.headers.accept ?? '')) {
      response.type('application/vnd.github.raw+json').send(content);
      return;
    }
    response.json({
      ...entryJson({ path, sha, type: 'blob' }),
      size: content.length,
      content: content.toString('base64').replace(/(.{60})/g, '$1\n'),
      encoding: 'base64',
    });
  });
  router.get(`${REPOSITORY}/contents`, handler);
  router.get(`${REPOSITORY}/contents/*`, handler);
  return router;
}
