import { createHash } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { buildSchema, graphql } from 'graphql';
import { GRAPHQL_SCHEMA } from 'sandbox/src/github/graphqlSchema';

const owner = 'myorg';
const repository = 'infrastructure';

/** A git host of very many pull requests whose applies are pending. */
export interface ManyPullRequests {
  /** For `integrations.github[].apiBaseUrl`. */
  apiBaseUrl: string;
  url(number: number): string;
  head(number: number): string;
  /** Says that the apply of a pull request has succeeded. */
  apply(number: number): void;
  /** How many calls have come in. */
  requests(): number;
  stop(): Promise<void>;
}

/**
 * Answers GitHub's GraphQL from memory, by the schema of the sandbox, and
 * counts the calls. Whatever else is asked is counted and not found.
 */
export async function servePullRequests(): Promise<ManyPullRequests> {
  const schema = buildSchema(GRAPHQL_SCHEMA);
  const applied = new Set<number>();
  let requests = 0;
  const head = (number: number) =>
    createHash('sha1').update(String(number)).digest('hex');
  const url = (number: number) =>
    `https://github.com/${owner}/${repository}/pull/${number}`;
  const createPull = (number: number) => {
    const status = (context: string, state: string) => ({
      context,
      state,
      description: '',
      createdAt: '2026-01-01T00:00:00Z',
    });
    const commit = {
      oid: head(number),
      status: {
        contexts: [
          status('atlantis/plan', 'SUCCESS'),
          status('atlantis/apply', applied.has(number) ? 'SUCCESS' : 'PENDING'),
        ],
      },
    };
    return {
      id: `PR_${number}`,
      number,
      url: url(number),
      title: `Change ${number}`,
      body: '',
      state: 'OPEN',
      headRefName: `change-${number}`,
      headRefOid: commit.oid,
      baseRefName: 'main',
      commits: { nodes: [{ commit }] },
    };
  };
  const rootValue = {
    repository: () => ({
      pullRequest: ({ number }: { number: number }) => createPull(number),
    }),
  };
  const app = express();
  app.use(express.json({ limit: '5mb' }), (_request, _response, next) => {
    requests += 1;
    next();
  });
  app.post('/api/graphql', async (request, response) => {
    const { query, variables } = request.body;
    response.json(
      await graphql({
        schema,
        source: query,
        variableValues: variables,
        rootValue,
      }),
    );
  });
  const server = await new Promise<Server>(resolve => {
    const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
  });
  const { port } = server.address() as AddressInfo;
  return {
    apiBaseUrl: `http://127.0.0.1:${port}/api/v3`,
    url,
    head,
    apply: number => applied.add(number),
    requests: () => requests,
    async stop() {
      server.closeAllConnections();
      await new Promise(closed => server.close(closed));
    },
  };
}
