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
  nameWithOwner: String!
  defaultBranchRef: Ref
  ref(qualifiedName: String!): Ref
  pullRequest(number: Int!): PullRequest
  pullRequests(first: Int, headRefName: String): PullRequestConnection!
}

interface GitObject {
  oid: GitObjectID!
}

type Ref {
  name: String!
  target: GitObject
  associatedPullRequests(first: Int, states: [PullRequestState!]): PullRequestConnection!
}

type PullRequestConnection {
  edges: [PullRequestEdge]
  nodes: [PullRequest]
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
  headRepository: Repository
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

type Commit implements GitObject {
  oid: GitObjectID!
  message: String!
  tree: Tree!
  status: Status
}

type Tree implements GitObject {
  oid: GitObjectID!
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
