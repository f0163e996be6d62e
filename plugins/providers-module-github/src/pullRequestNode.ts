import {
  PullRequest,
  readBodyMarker,
  Repository,
} from '@self-service/plugin-providers-node';
import { z } from 'zod';

/** Of a pull request what GraphQL is asked for, and {@link fromNode} reads. */
export const PULL_REQUEST_FIELDS = `number url title body state
  headRefName headRefOid baseRefName mergeCommit { oid }`;

/** A pull request as GitHub's GraphQL API has it. */
export const pullRequestNode = z.object({
  number: z.number(),
  url: z.string(),
  title: z.string(),
  body: z.string(),
  state: z.enum(['OPEN', 'CLOSED', 'MERGED']),
  headRefName: z.string(),
  headRefOid: z.string(),
  baseRefName: z.string(),
  mergeCommit: z.object({ oid: z.string() }).nullish(),
});

/** What GraphQL says, beside data, with status 200. */
export const graphqlErrors = z.array(
  z.object({
    type: z.string().optional(),
    message: z.string(),
    path: z.array(z.union([z.string(), z.number()])).optional(),
  }),
);

/** GitHub's pull request as the port has it. */
export function fromNode(
  repository: Repository,
  node: z.infer<typeof pullRequestNode>,
): PullRequest {
  return {
    repository,
    number: node.number,
    url: node.url,
    title: node.title,
    state: node.state.toLowerCase() as PullRequest['state'],
    head: { branch: node.headRefName, commit: node.headRefOid },
    base: node.baseRefName,
    mergeCommit: node.mergeCommit?.oid,
    openedBy: readBodyMarker(node.body),
  };
}
