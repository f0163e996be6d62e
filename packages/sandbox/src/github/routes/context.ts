import { Request, Response } from 'express';
import { GitHubError } from '../errors';
import { GitHost, OpenRepository } from '../GitHost';
import { Account } from '../model';
import { PullRequests } from '../PullRequests';
import { Representations } from '../Representations';

/** What every group of REST routes works with. */
export interface RouteContext {
  host: GitHost;
  pulls: PullRequests;
  show: Representations;
}

/** The account that authenticated the request. */
export function accountOf(response: Response): Account {
  return response.locals.account as Account;
}

/** The repository that `:owner/:repo` of the path names; throws 404. */
export function repositoryOf(
  { host }: RouteContext,
  request: Request,
): OpenRepository {
  return host.repository(request.params.owner, request.params.repo);
}

/**
 * Refuses accounts without the right to write.
 *
 * @throws GitHubError 403 as GitHub answers fine-grained tokens
 */
export function requireWrite(response: Response): void {
  if (accountOf(response).permission !== 'admin') {
    throw new GitHubError(
      403,
      'Resource not accessible by personal access token',
    );
  }
}

/** Refuses writes to an archived repository. */
export function requireLive({ record }: OpenRepository): void {
  if (record.archived) {
    throw new GitHubError(403, 'Repository was archived so is read-only.');
  }
}

/**
 * One page of a list, with GitHub's `Link` header set on the response.
 *
 * @remarks
 * `per_page` defaults to 30 and ends at 100; `page` starts at 1. Source: GitHub
 * "Using pagination in the REST API".
 */
export function paginate<T>(
  request: Request,
  response: Response,
  items: T[],
): T[] {
  const size = Math.min(Math.max(Number(request.query.per_page) || 30, 1), 100);
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
  const links = [
    ...(page > 1 ? [link(page - 1, 'prev')] : []),
    ...(page < last ? [link(page + 1, 'next'), link(last, 'last')] : []),
    ...(page > 1 ? [link(1, 'first')] : []),
  ];
  if (links.length > 0) {
    response.set('Link', links.join(', '));
  }
  return items.slice((page - 1) * size, page * size);
}

/** A required text of the body; throws GitHub's 422 for anything else. */
export function requiredText(
  body: Record<string, unknown>,
  field: string,
  resource: string,
): string {
  const value = body[field];
  if (typeof value !== 'string' || value === '') {
    throw GitHubError.validation({ resource, field, code: 'missing_field' });
  }
  return value;
}
