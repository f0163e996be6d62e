import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import {
  PolicyEngine,
  readPolicyBundle,
} from '@self-service/plugin-approvals-backend/src/policy';
import type { PolicyInput } from '@self-service/plugin-approvals-common';
import type { Knex } from 'knex';

/** How many people ask and approve a thousand requests. */
const peoplePerThousand = 5;
/** One request in so many still waits for somebody. */
const pendingOneIn = 10;
/** One request in so many has the busiest approver among its approvers. */
const busyOneIn = 10;
const chunk = 500;
const firstRequestAt = Date.UTC(2025, 0, 1);
const betweenRequestsMs = 4 * 60_000;

/** The approver whom a tenth of all requests concern. */
export const busiest = 'user:default/busiest';

/** One of the ordinary people among so many requests, by number. */
export function person(number: number, requests: number): string {
  const people = (requests / 1_000) * peoplePerThousand;
  return `user:default/person-${number % people}`;
}

/**
 * One of those who ask for and approve a request. With the requests comes their
 * number, so that at every size as many wait for each of them.
 */
function concerned(index: number, number: number): string {
  const first = Math.floor(index / 1_000) * peoplePerThousand;
  return `user:default/person-${first + (number % peoplePerThousand)}`;
}

/** Scatters numbers evenly and always alike (Knuth's multiplicative hash). */
function spread(index: number): number {
  return Math.imul(index, 2654435761) >>> 8;
}

type Row = Record<string, unknown>;

/**
 * Adds approval requests to the tables of the approvals backend, as real ones
 * lie there: two stages with three approvers each, one in ten pending, the
 * rest approved with their votes.
 *
 * @param range - numbers of the first request and of the one after the last
 */
export async function seedRequests(
  knex: Knex,
  range: { from: number; to: number },
): Promise<void> {
  const decision = await decide();
  for (let start = range.from; start < range.to; start += chunk) {
    const tables: Record<string, Row[]> = {
      decisions: [],
      requests: [],
      request_teams: [],
      stages: [],
      stage_approvers: [],
      votes: [],
      inbox: [],
      request_history: [],
    };
    const end = Math.min(start + chunk, range.to);
    for (let index = start; index < end; index++) {
      addRequest(tables, index, decision);
    }
    await knex.transaction(async tx => {
      for (const [table, rows] of Object.entries(tables)) {
        await tx.batchInsert(table, rows, chunk);
      }
    });
  }
}

/** What the shipped policy says of a production deletion. */
async function decide() {
  const bundle = await readPolicyBundle(
    resolve(__dirname, '../../policies/bundle.tar.gz'),
  );
  const engine = await PolicyEngine.load(bundle);
  const input: PolicyInput = {
    now: '2026-06-01T10:00:00Z',
    request: {
      template: 'template:default/postgresql-database',
      operation: 'database:delete',
      environment: 'production',
      monthlyCost: 150,
      team: 'group:default/payments',
      affectedTeams: ['group:default/payments'],
      requester: {
        ref: 'user:default/dana',
        teams: ['group:default/payments'],
      },
      parameters: { name: 'orders', environment: 'production' },
    },
  };
  const result = engine.evaluate(input);
  return { input, result, engine };
}

function addRequest(
  tables: Record<string, Row[]>,
  index: number,
  { input, result, engine }: Awaited<ReturnType<typeof decide>>,
): void {
  const id = randomUUID();
  const decisionId = randomUUID();
  const at = new Date(firstRequestAt + index * betweenRequestsMs).toISOString();
  const pending = index % pendingOneIn === 0;
  // Neither pattern may follow the other: each tenth of both, a hundredth.
  const busy = Math.floor(index / pendingOneIn) % busyOneIn === 0;
  const requester = concerned(index, spread(index * 7));
  const waitsFor = new Set<string>();
  tables.decisions.push({
    id: decisionId,
    task_id: randomUUID(),
    step_id: 'self-service-gate',
    input_digest: `digest-${index}`,
    input: JSON.stringify(input),
    result: JSON.stringify(result),
    bundle_digest: engine.bundleDigest,
    data_digest: engine.dataDigest,
    created_at: at,
  });
  tables.requests.push({
    id,
    decision_id: decisionId,
    task_id: `task-${index}`,
    status: pending ? 'pending' : 'approved',
    revision: 0,
    title: `Delete database orders-${index}`,
    requester,
    environment: input.request.environment,
    team: input.request.team,
    risk: result.risk,
    links: '[]',
    created_at: at,
    decided_at: pending ? null : at,
  });
  tables.request_teams.push({
    request_id: id,
    team: input.request.team,
  });
  tables.request_history.push({
    request_id: id,
    at,
    actor: requester,
    event: 'created',
  });
  for (const [position, stage] of result.stages.entries()) {
    const stageId = randomUUID();
    const approvers = [0, 1, 2].map(turn =>
      concerned(index, spread(index * 2) + position + turn),
    );
    if (busy && position === 1) {
      approvers[0] = busiest;
    }
    tables.stages.push({
      id: stageId,
      request_id: id,
      position,
      name: stage.id,
      kind: stage.kind,
      status: pending ? 'open' : 'approved',
      quorum: stage.quorum,
      approvers: JSON.stringify(stage.approvers),
      reasons: JSON.stringify(stage.reasons),
      due: stage.due,
      escalate_after: stage.escalateAfter,
      escalate_to: JSON.stringify(stage.escalateTo),
      opened_at: at,
      due_at: at,
      decided_at: pending ? null : at,
    });
    for (const user_ref of approvers) {
      tables.stage_approvers.push({
        stage_id: stageId,
        user_ref,
      });
      waitsFor.add(user_ref);
    }
    if (!pending) {
      tables.votes.push({
        id: randomUUID(),
        request_id: id,
        stage_id: stageId,
        voter: approvers[0], // nobody votes twice on a request
        verdict: 'approve',
        created_at: at,
      });
    }
  }
  if (pending) {
    for (const user_ref of waitsFor) {
      tables.inbox.push({ user_ref, request_id: id, created_at: at });
    }
  }
}
