import { RequestHandler, Router } from 'express';
import { asyncHandler, sameOriginOnly } from '../common/express';
import { escapeHtml, renderPage } from '../common/page';
import { FileChange } from '../git/model';
import { GitLabError } from './errors';
import { fullPathOf, OpenProject } from './GitLabHost';
import { MergeRequestRecord, StatusRecord, WEB_ACCOUNT } from './model';
import { RouteContext } from './routes/context';

/** GitLab's web pages: projects, files, merge requests. */
export function pageRoutes(context: RouteContext): Router {
  const router = Router();
  const { host } = context;

  router.get('/', (_request, response) => {
    const rows = host.projects().map(record => {
      const path = escapeHtml(fullPathOf(record));
      return `<tr><td><a href="/${path}">${path}</a></td><td>${escapeHtml(
        record.description,
      )}</td></tr>`;
    });
    response.send(page('Projects', `<h1>Projects</h1>${card(table(rows))}`));
  });
  router.get(/^\/(.+)\/-\/(blob|raw)\/([^/]+)\/(.+)$/, filePage(context));
  router.get(
    /^\/(.+)\/-\/merge_requests\/(\d+)(?:\/diffs)?$/,
    mergeRequestPage(context),
  );
  router.post(
    /^\/(.+)\/-\/merge_requests\/(\d+)\/merge$/,
    sameOriginOnly,
    asyncHandler(async (request, response) => {
      const { record } = projectAt(context, request.params[0]);
      const iid = Number(request.params[1]);
      await context.requests.merge(context.requests.get(record.id, iid), {
        removeSourceBranch: false,
        account: WEB_ACCOUNT,
      });
      response.redirect(
        303,
        `${context.show.projectUrl(record)}/-/merge_requests/${iid}`,
      );
    }),
  );
  router.get(/^\/(.+?)(?:\/-\/tree\/.+)?$/, projectPage(context));
  return router;
}

function projectAt({ host }: RouteContext, path: string): OpenProject {
  const project = host.findProject(path);
  if (!project?.record.ready) {
    throw GitLabError.notFound('Project');
  }
  return project;
}

function projectPage(context: RouteContext): RequestHandler {
  return asyncHandler(async (request, response) => {
    const { record, git } = projectAt(context, request.params[0]);
    const branches = await git.branches();
    const files = branches.some(({ name }) => name === record.defaultBranch)
      ? (await git.listTree(`refs/heads/${record.defaultBranch}`, true)).filter(
          entry => entry.type === 'blob',
        )
      : [];
    const path = escapeHtml(fullPathOf(record));
    const requests = context.requests.list(record.id);
    response.send(
      page(
        fullPathOf(record),
        `<h1>${path}</h1><p>${escapeHtml(record.description)}</p>
<p class="soft"><code>git clone ${escapeHtml(
          context.show.web,
        )}/${path}.git</code>${record.archived ? ' · archived' : ''}</p>
<h2>Merge requests</h2>${card(
          table(requests.map(item => requestRow(item, path))) || 'None yet.',
        )}
<h2>Files</h2>${card(
          table(
            files.map(file => {
              const name = escapeHtml(file.path);
              return `<tr><td><a href="/${path}/-/blob/${escapeHtml(
                record.defaultBranch,
              )}/${name}">${name}</a></td></tr>`;
            }),
          ),
        )}
<h2>Branches</h2>${card(
          table(
            branches.map(
              ({ name, sha }) =>
                `<tr><td>${escapeHtml(
                  name,
                )}</td><td><code>${sha}</code></td></tr>`,
            ),
          ),
        )}`,
      ),
    );
  });
}

function filePage(context: RouteContext): RequestHandler {
  return asyncHandler(async (request, response) => {
    const [projectPath, kind, ref, path] = Object.values(request.params);
    const { git } = projectAt(context, projectPath);
    const commit = await git.commitSha(ref);
    const sha = commit && (await git.resolve(`${commit}:${path}`));
    if (!sha || (await git.objectType(sha)) !== 'blob') {
      throw GitLabError.notFound('File');
    }
    const content = await git.readBlob(sha);
    if (kind === 'raw') {
      response.type('text/plain').send(content);
      return;
    }
    response.send(
      page(
        path,
        `<h1>${escapeHtml(path)}</h1>${card(
          `<pre>${escapeHtml(content.toString('utf8'))}</pre>`,
        )}`,
      ),
    );
  });
}

function mergeRequestPage(context: RouteContext): RequestHandler {
  return asyncHandler(async (request, response) => {
    const { requests, pipelines } = context;
    const { record, git } = projectAt(context, request.params[0]);
    const item = requests.get(record.id, Number(request.params[1]));
    const base = await requests.comparisonBase(item);
    const status = await requests.mergeStatus(item);
    const statuses = pipelines.list(record, item.sha, false);
    const files = await git.changes(base, item.sha);
    const path = escapeHtml(fullPathOf(record));
    const merge =
      item.state === 'opened'
        ? `<form class="inline" method="post" action="/${path}/-/merge_requests/${
            item.iid
          }/merge"><button class="primary"${
            status === 'conflict' ? ' disabled' : ''
          }>Merge</button></form> <span class="soft">${status}</span>`
        : '';
    const notes = item.notes.map(note =>
      card(
        `<p><b>${escapeHtml(note.author)}</b> <small>${
          note.createdAt
        }</small></p><pre>${escapeHtml(note.body)}</pre>`,
      ),
    );
    response.send(
      page(
        `${item.title} · !${item.iid}`,
        `<p><a href="/${path}">${path}</a></p>
<h1>${escapeHtml(item.title)} <span class="soft">!${item.iid}</span></h1>
<p>${badge(item)} ${escapeHtml(
          item.author,
        )} requests to merge <code>${escapeHtml(
          item.sourceBranch,
        )}</code> into <code>${escapeHtml(item.targetBranch)}</code> <small>${
          item.createdAt
        }</small></p>
${card(`<pre>${escapeHtml(item.description || 'No description.')}</pre>`)}
<h2>Pipeline</h2>${card(table(statuses.map(statusRow)) || 'No jobs yet.')}
${merge}
<h2>Changes</h2>${files.map(fileDiff).join('')}
<h2>Notes</h2>${notes.join('') || card('None yet.')}`,
      ),
    );
  });
}

function badge({ state }: MergeRequestRecord): string {
  const shown = state === 'opened' ? 'open' : state;
  return `<span class="badge ${shown}">${shown}</span>`;
}

function requestRow(item: MergeRequestRecord, path: string): string {
  return `<tr><td>!${item.iid}</td><td><a href="/${path}/-/merge_requests/${
    item.iid
  }">${escapeHtml(item.title)}</a></td><td>${badge(item)}</td></tr>`;
}

function statusRow(status: StatusRecord): string {
  const kind = { failed: 'failure', running: 'pending' } as Record<
    string,
    string
  >;
  const details = status.targetUrl
    ? `<a href="${escapeHtml(status.targetUrl)}">Details</a>`
    : '';
  return `<tr><td class="${kind[status.state] ?? status.state}">${
    status.state
  }</td><td>${escapeHtml(status.name)}</td><td>${escapeHtml(
    status.description,
  )}</td><td>${details}</td></tr>`;
}

function fileDiff(file: FileChange): string {
  const lines = (file.patch ?? 'Binary or empty file.')
    .split('\n')
    .map(line => {
      const kinds: Record<string, string> = { '+': 'add', '-': 'del' };
      const kind = line.startsWith('@@') ? 'hunk' : kinds[line[0]];
      const text = escapeHtml(line);
      return kind ? `<span class="${kind}">${text}</span>` : `${text}\n`;
    });
  return card(
    `<p><b>${escapeHtml(file.path)}</b> <small>${file.status}, +${
      file.additions
    } −${file.deletions}</small></p><pre>${lines.join('')}</pre>`,
  );
}

function page(title: string, body: string): string {
  return renderPage({ title, service: 'GitLab', body });
}

function card(content: string): string {
  return `<div class="card">${content}</div>`;
}

function table(rows: string[]): string {
  return rows.length > 0 ? `<table>${rows.join('')}</table>` : '';
}
