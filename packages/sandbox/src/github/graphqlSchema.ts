/**
 * The part of GitHub's GraphQL schema that this stand-in knows; a test holds it
 * against the published one.
 */
export const GRAPHQL_SCHEMA = `
scalar DateTime
scalar GitObjectID
scalar URI

enum PullRequestState { OPEN CLOSED MERGED }
enum StatusState { ERROR EXPECTED FAILURE PENDING SUCCESS }

type Query {
  repository(owner: String!, name: String!): Repository
}

type Repository {
  ref(qualifiedName: String!): Ref
  pullRequest(number: Int!): PullRequest
}

type Ref {
  associatedPullRequests(first: Int, states: [PullRequestState!]): PullRequestConnection!
}

type PullRequestConnection {
  edges: [PullRequestEdge]
}

type PullRequestEdge {
  node: PullRequest
}

type PullRequest {
  id: ID!
  number: Int!
  url: URI!
  title: String!
  body: String!
  state: PullRequestState!
  headRefName: String!
  headRefOid: GitObjectID!
  baseRefName: String!
  mergeCommit: Commit
  commits(last: Int): PullRequestCommitConnection!
}

type PullRequestCommitConnection {
  nodes: [PullRequestCommit]
}

type PullRequestCommit {
  commit: Commit!
}

type Commit {
  oid: GitObjectID!
  status: Status
}

type Status {
  contexts: [StatusContext!]!
}

type StatusContext {
  context: String!
  state: StatusState!
  description: String
  targetUrl: URI
  createdAt: DateTime!
}
`;
