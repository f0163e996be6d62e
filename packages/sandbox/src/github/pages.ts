import express, { Router } from 'express';
import { asyncHandler, sameOriginOnly } from '../common/express';
import { escapeHtml, renderPage } from '../common/page';
import { FileChange } from '../git/model';
import { GitHubError } from './errors';
import { PullRecord, StatusRecord, WEB_ACCOUNT } from './model';
import { RouteContext } from './routes/context';

/** The git host's web pages: repositories, files, pull requests. */
export function pageRoutes(context: RouteContext): Router {
  const router = Router();
  addRepositoryPages(router, context);
  addPullPages(router, context);
  return router;
}

function addRepositoryPages(router: Router, context: RouteContext): void {
  const { host, pulls } = context;

  router.get('/', (_request, response) => {
    const rows = host.repositories().map(({ owner, name, description }) => {
      const path = escapeHtml(`${owner}/${name}`);
      return `<tr><td><a href="/${path}">${path}</a></td><td>${escapeHtml(
        description,
      )}</td></tr>`;
    });
    response.send(
      page('Repositories', `<h1>Repositories</h1>${card(table(rows))}`),
    );
  });

  router.get(
    '/:owner/:repo',
    asyncHandler(async (request, response) => {
      const { owner, repo } = request.params;
      const { record, git } = host.repository(owner, repo);
      const files = (await git.listTree('refs/heads/main', true)).filter(
        entry => entry.type === 'blob',
      );
      const branches = await git.branches();
      const path = escapeHtml(`${owner}/${repo}`);
      const all = pulls.list(owner, repo);
      response.send(
        page(
          `${owner}/${repo}`,
          `<h1>${path}</h1><p>${escapeHtml(record.description)}</p>
<p class="soft"><code>git clone ${escapeHtml(
            context.show.web,
          )}/${path}.git</code></p>
<h2>Pull requests</h2>${card(table(all.map(pullRow)) || 'None yet.')}
<h2>Files</h2>${card(
            table(
              files.map(
                file =>
                  `<tr><td><a href="/${path}/blob/main/${escapeHtml(
                    file.path,
                  )}">${escapeHtml(file.path)}</a></td></tr>`,
              ),
            ),
          )}
<h2>Branches</h2>${card(
            table(
              branches.map(
                branch =>
                  `<tr><td>${escapeHtml(branch.name)}</td><td><code>${
                    branch.sha
                  }</code></td></tr>`,
              ),
            ),
          )}`,
        ),
      );
    }),
  );

  router.get(
    '/:owner/:repo/:kind(blob|raw)/:ref/*',
    asyncHandler(async (request, response) => {
      const { owner, repo, kind, ref } = request.params;
      const { git } = host.repository(owner, repo);
      const path = request.params[0];
      const commit = await git.commitSha(ref);
      const sha = commit && (await git.resolve(`${commit}:${path}`));
      if (!sha || (await git.objectType(sha)) !== 'blob') {
        throw GitHubError.notFound();
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
    }),
  );
}

function addPullPages(router: Router, context: RouteContext): void {
  const { host, pulls } = context;
  const pullPath = '/:owner/:repo/pull/:number(\\d+)';
  const pullNamed = (params: Record<string, string>) =>
    pulls.get(params.owner, params.repo, Number(params.number));

  router.get(
    `${pullPath}.diff`,
    asyncHandler(async (request, response) => {
      const pull = pullNamed(request.params);
      const { git } = host.repository(pull.owner, pull.repo);
      const base = await pulls.comparisonBase(pull);
      response.type('text').send(await git.raw(['diff', base, pull.head.sha]));
    }),
  );

  router.get(
    [pullPath, `${pullPath}/files`],
    asyncHandler(async (request, response) => {
      const pull = pullNamed(request.params);
      const { record } = host.repository(pull.owner, pull.repo);
      const { statuses } = host.combinedStatus(record, pull.head.sha);
      const files = await pulls.files(pull);
      const { mergeable } = await pulls.mergeability(pull);
      response.send(
        page(
          `${pull.title} · #${pull.number}`,
          pullBody(pull, statuses, files, mergeable),
        ),
      );
    }),
  );

  router.post(
    `${pullPath}/merge`,
    sameOriginOnly,
    asyncHandler(async (request, response) => {
      const pull = pullNamed(request.params);
      await pulls.merge(pull, { user: WEB_ACCOUNT });
      response.redirect(303, pathOf(pull));
    }),
  );

  router.post(
    `${pullPath}/comment`,
    sameOriginOnly,
    express.urlencoded({ extended: false }),
    (request, response) => {
      const pull = pullNamed(request.params);
      if (request.body.body) {
        pulls.comment(pull, WEB_ACCOUNT.login, String(request.body.body));
      }
      response.redirect(303, pathOf(pull));
    },
  );
}

function pullBody(
  pull: PullRecord,
  statuses: StatusRecord[],
  files: FileChange[],
  mergeable: boolean,
): string {
  const state = stateOf(pull);
  const path = pathOf(pull);
  const repository = escapeHtml(`${pull.owner}/${pull.repo}`);
  const merge =
    pull.state === 'open'
      ? `<form class="inline" method="post" action="${path}/merge"><button class="primary"${
          mergeable ? '' : ' disabled'
        }>Merge pull request</button></form>${
          mergeable ? '' : ' <span class="failure">There are conflicts.</span>'
        }`
      : '';
  return `<p><a href="/${repository}">${repository}</a></p>
<h1>${escapeHtml(pull.title)} <span class="soft">#${pull.number}</span></h1>
<p><span class="badge ${state}">${state}</span> ${escapeHtml(
    pull.user,
  )} wants to merge <code>${escapeHtml(
    pull.head.ref,
  )}</code> into <code>${escapeHtml(pull.base.ref)}</code> <small>${
    pull.createdAt
  }</small></p>
${card(`<pre>${escapeHtml(pull.body || 'No description.')}</pre>`)}
<h2>Checks</h2>${card(table(statuses.map(statusRow)) || 'No checks yet.')}
${merge}
<h2>Files changed</h2>${files.map(fileDiff).join('')}
<h2>Comments</h2>${
    pull.comments
      .map(comment =>
        card(
          `<p><b>${escapeHtml(comment.user)}</b> <small>${
            comment.createdAt
          }</small></p><pre>${escapeHtml(comment.body)}</pre>`,
        ),
      )
      .join('') || card('None yet.')
  }
<form method="post" action="${path}/comment"><p><label>Comment as ${
    WEB_ACCOUNT.login
  }<br><textarea name="body" placeholder="atlantis apply"></textarea></label></p><button>Comment</button></form>`;
}

function pullRow(pull: PullRecord): string {
  const state = stateOf(pull);
  return `<tr><td>#${pull.number}</td><td><a href="${pathOf(
    pull,
  )}">${escapeHtml(
    pull.title,
  )}</a></td><td><span class="badge ${state}">${state}</span></td></tr>`;
}

function statusRow(status: StatusRecord): string {
  const details = status.targetUrl
    ? `<a href="${escapeHtml(status.targetUrl)}">Details</a>`
    : '';
  return `<tr><td class="${status.state}">${status.state}</td><td>${escapeHtml(
    status.context,
  )}</td><td>${escapeHtml(status.description)}</td><td>${details}</td></tr>`;
}

function fileDiff(file: FileChange): string {
  const lines = (file.patch ?? 'Binary or empty file.')
    .split('\n')
    .map(line => {
      const kind = line.startsWith('@@')
        ? 'hunk'
        : { '+': 'add', '-': 'del' }[line[0]];
      const text = escapeHtml(line);
      return kind ? `<span class="${kind}">${text}</span>` : `${text}\n`;
    });
  return card(
    `<p><b>${escapeHtml(file.path)}</b> <small>${file.status}, +${
      file.additions
    } −${file.deletions}</small></p><pre>${lines.join('')}</pre>`,
  );
}

function stateOf(pull: PullRecord): 'open' | 'merged' | 'closed' {
  return pull.mergedAt ? 'merged' : pull.state;
}

function pathOf(pull: PullRecord): string {
  return `/${encodeURIComponent(pull.owner)}/${encodeURIComponent(
    pull.repo,
  )}/pull/${pull.number}`;
}

function page(title: string, body: string): string {
  return renderPage({ title, service: 'Git host', body });
}

function card(content: string): string {
  return `<div class="card">${content}</div>`;
}

function table(rows: string[]): string {
  return rows.length > 0 ? `<table>${rows.join('')}</table>` : '';
}
