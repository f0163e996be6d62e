import { Request, Response } from 'express';
import { GitLabError } from '../errors';
import { fullPathOf, GitLabHost, OpenProject } from '../GitLabHost';
import { MergeRequests } from '../MergeRequests';
import { Account, ProjectRecord } from '../model';
import { Pipelines } from '../Pipelines';
import { Representations } from '../Representations';
import { Hooks } from '../webhooks';

/** What every group of REST routes works with. */
export interface RouteContext {
  host: GitLabHost;
  requests: MergeRequests;
  pipelines: Pipelines;
  hooks: Hooks;
  show: Representations;
}

/** The account that authenticated the request. */
export function accountOf(response: Response): Account {
  return response.locals.account as Account;
}

/** The project that `:id` names, by number or by all of its path; throws 404. */
export function projectOf(
  { host }: RouteContext,
  request: Request,
): OpenProject {
  const project = host.findProject(request.params.id);
  if (!project) {
    throw GitLabError.notFound('Project');
  }
  return project;
}

/** The same, if its repository is there already. */
export function repositoryOf(
  context: RouteContext,
  request: Request,
): OpenProject {
  const project = projectOf(context, request);
  if (!project.record.ready) {
    throw GitLabError.notFound('Repository');
  }
  return project;
}

/** Refuses writes to an archived project. */
export function requireLive({ record }: OpenProject): void {
  if (record.archived) {
    throw GitLabError.forbidden();
  }
}

/** A required text of the body; throws GitLab's 400 for anything else. */
export function requiredText(
  body: Record<string, unknown>,
  field: string,
): string {
  const value = body[field];
  if (typeof value !== 'string') {
    throw GitLabError.parameter(`${field} is missing`);
  }
  if (value === '') {
    throw GitLabError.parameter(`${field} is empty`);
  }
  return value;
}

/** A text of the body that may be missing. */
export function optionalText(
  body: Record<string, unknown>,
  field: string,
): string | undefined {
  const value = body[field];
  return typeof value === 'string' ? value : undefined;
}

/**
 * One page of a list, with GitLab's headers set on the response.
 *
 * @remarks
 * `per_page` defaults to 20 and ends at 100; `page` starts at 1. Source: GitLab
 * "REST API: Pagination".
 */
export function paginate<T>(
  request: Request,
  response: Response,
  items: T[],
): T[] {
  const size = Math.min(Math.max(Number(request.query.per_page) || 20, 1), 100);
  const page = Math.max(Number(request.query.page) || 1, 1);
  const last = Math.max(Math.ceil(items.length / size), 1);
  const link = (target: number, relation: string) => {
    const url = new URL(
      request.originalUrl,
      `http://${request.headers.host ?? 'localhost'}`,
    );
    url.searchParams.set('page', String(target));
    url.searchParams.set('per_page', String(size));
    return `<${url}>; rel="${relation}"`;
  };
  response.set({
    'x-page': String(page),
    'x-per-page': String(size),
    'x-next-page': page < last ? String(page + 1) : '',
    'x-prev-page': page > 1 ? String(page - 1) : '',
    'x-total': String(items.length),
    'x-total-pages': String(last),
    link: [
      ...(page > 1 ? [link(page - 1, 'prev')] : []),
      ...(page < last ? [link(page + 1, 'next')] : []),
      link(1, 'first'),
      link(last, 'last'),
    ].join(', '),
  });
  return items.slice((page - 1) * size, page * size);
}

/** A project as the API shows it. */
export async function projectJson(
  { host, requests, show }: RouteContext,
  record: ProjectRecord,
) {
  const empty =
    !record.ready || (await host.gitOf(record).branches()).length === 0;
  const group = host.findGroup(record.namespace);
  if (!group) {
    throw GitLabError.notFound(`Namespace of ${fullPathOf(record)}`);
  }
  return show.project(record, group, {
    empty,
    openRequests: requests
      .list(record.id)
      .filter(({ state }) => state === 'opened').length,
    shares: (record.shares ?? []).flatMap(({ groupId, access }) => {
      const shared = host.findGroup(String(groupId));
      return shared ? [{ group: shared, access }] : [];
    }),
  });
}
