import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type {
  RequestDetail,
  RunApprovals,
} from '@self-service/plugin-approvals-common';
import type { PostgresServer } from 'sandbox/src/postgres/PostgresServer';
import { type Replica, type ReplicaOptions, startReplica } from './replica';

const requester = 'user:default/dana';
const lead = 'user:default/leo';
const financiers = Array.from({ length: 99 }, (_, i) => `user:default/f${i}`);
const backup = 'user:default/paula';
/** Signals that a wait is over come from services: here, from one outside. */
const serviceToken = 'a-service-that-signals-from-outside';
const resumes = 20;
/** From the moment at which requests escalate; votes come within it. */
const longestLifeMs = 3_000;
/** The scaffolder takes a task for lost after 30 seconds without a sign. */
const patienceMs = 180_000;
/** What a killed process left is taken up no sooner than this. */
const recoveryMs = 25_000;

function group(name: string) {
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Group',
    metadata: { name },
    spec: { type: 'team', children: [] },
  };
}

function user(ref: string, memberOf: string) {
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'User',
    metadata: { name: ref.split('/')[1] },
    spec: { memberOf: [memberOf] },
  };
}

/** What went wrong, counted; all zero where nothing did. */
export const noFullFaults = {
  doubleOutcomes: 0,
  lostOutcomes: 0,
  /** A run was retried, or did its work, more than once; not at all. */
  doubleResumes: 0,
  lostResumes: 0,
  doubleEscalations: 0,
  lostEscalations: 0,
  /** Notifications that a person has twice; that should be there and aren't. */
  doubleMessages: 0,
  lostMessages: 0,
};

/** Numbers of {@link noFullFaults}. */
export type FullFaults = typeof noFullFaults;

/** Asks until the answer is there. */
async function until<T>(
  what: string,
  ask: () => Promise<T | undefined>,
): Promise<T> {
  const deadline = performance.now() + patienceMs;
  let failure: unknown;
  while (performance.now() < deadline) {
    try {
      const answer = await ask();
      if (answer !== undefined) {
        return answer;
      }
    } catch (error) {
      failure = error;
    }
    await delay(200);
  }
  throw new Error(`${what}: not in time`, { cause: failure });
}

/**
 * Two full backends on one PostgreSQL: a request escalates, a hundred people
 * vote on it over HTTP and twenty signals resume its run, all over both
 * backends, while one is killed at a random moment and started again.
 */
export class FullContention {
  #replicas: Replica[] = [];
  #rounds = 0;

  private constructor(
    private readonly directory: string,
    private readonly server: PostgresServer,
  ) {}

  /** Starts both backends. */
  static async start(options: {
    directory: string;
    server: PostgresServer;
  }): Promise<FullContention> {
    const contention = new FullContention(options.directory, options.server);
    // One after the other: the first makes the databases.
    await contention.#startReplica();
    await contention.#startReplica();
    return contention;
  }

  /**
   * Plays one round. In turn all approve, or half of the people reject.
   *
   * @throws Error when something is not there in time
   */
  async playRound(): Promise<FullFaults> {
    this.#rounds++;
    const [first] = this.#replicas;
    const { id: taskId } = await first.request<{ id: string }>(
      'scaffolder/v2/tasks',
      requester,
      {
        templateRef: 'template:default/bench',
        values: { environment: 'production' },
      },
    );
    const requestId = await until('The run is parked', () =>
      this.#parkedRequest(taskId),
    );
    await this.#escalateSoon(requestId);
    const victim = this.#replicas[Math.floor(Math.random() * 2)];
    const killed = delay(Math.random() * longestLifeMs).then(victim.kill);
    const survivor = this.#replicas.find(replica => replica !== victim)!;
    const read = () =>
      survivor.request<RequestDetail>(
        `approvals/requests/${requestId}`,
        requester,
      );
    await until('Every stage escalates', async () => {
      const { request } = await read();
      return request.stages.every(stage => stage.escalatedAt) || undefined;
    });
    await this.#voteAtOnce(requestId);
    await until('The request is decided', async () => {
      const { request } = await read();
      return request.status === 'pending' ? undefined : request.status;
    });
    await this.#signalAtOnce(requestId);
    await killed;
    this.#replicas = [survivor];
    await this.#startReplica();
    await until('The run ends', () => this.#ended(taskId));
    await until('All is told', () => this.#allIsTold());
    return this.#judge(taskId, requestId);
  }

  /** Ends both backends. */
  async stop(): Promise<void> {
    await Promise.all(this.#replicas.map(replica => replica.kill()));
  }

  async #startReplica(): Promise<void> {
    const client = await this.server.connect(); // knows the password
    const { host, port, user: name, password } = client;
    await client.end();
    const options: ReplicaOptions = {
      // One catalog file: replicas of a portal are configured alike.
      directory: join(this.directory, 'replica'),
      workLog: this.#workLog,
      people: [requester, lead, backup, ...financiers],
      database: {
        client: 'pg',
        connection: { host, port, user: name, password: password ?? '' },
      },
      entities: [
        group('finance'),
        group('platform-team'),
        user(backup, 'platform-team'),
        ...financiers.map(ref => user(ref, 'finance')),
      ],
      // Above the threshold of finance.
      cost: 5_000,
      sla: { frequency: { seconds: 1 } },
      auth: {
        externalAccess: [
          {
            type: 'static',
            options: { token: serviceToken, subject: 'bench' },
          },
        ],
      },
      notifications: true,
    };
    this.#replicas.push(await startReplica(options));
  }

  get #workLog(): string {
    return join(this.directory, 'work.log');
  }

  async #parkedRequest(taskId: string): Promise<string | undefined> {
    const [replica] = this.#replicas;
    const { items } = await replica.request<{
      items: { suspension?: { status: string } }[];
    }>(`runs/runs?taskIds=${taskId}`, requester);
    if (items[0]?.suspension?.status !== 'parked') {
      return undefined;
    }
    const { requests } = await replica.request<RunApprovals>(
      `approvals/runs/${taskId}`,
      requester,
    );
    return requests[0]?.id;
  }

  /** Moves reminders and escalations to now: they are hours away. */
  async #escalateSoon(requestId: string): Promise<void> {
    const now = Date.now();
    for (const [kind, at] of [
      ['reminder', now - 1],
      ['escalation', now],
    ]) {
      await this.#query(
        'approvals',
        'update timers set fires_at = $3 where request_id = $1 and kind = $2',
        [requestId, kind, new Date(at).toISOString()],
      );
    }
  }

  /** Everybody on one backend each, the lead on both. */
  async #voteAtOnce(requestId: string): Promise<void> {
    const mixed = this.#rounds % 2 === 0;
    const votes = financiers.map((voter, index) => ({
      voter,
      replica: this.#replicas[index % 2],
      // Both verdicts on both backends.
      verdict: mixed && index % 4 < 2 ? 'reject' : 'approve',
    }));
    const ofLead = this.#replicas.map(replica => ({
      voter: lead,
      replica,
      verdict: 'approve',
    }));
    // Most are refused, because others were faster, or reach nobody.
    await Promise.allSettled(
      [...votes, ...ofLead].map(({ voter, replica, verdict }) =>
        replica.request(`approvals/requests/${requestId}/votes`, voter, {
          verdict,
          comment: 'At the same moment',
        }),
      ),
    );
  }

  async #signalAtOnce(requestId: string): Promise<void> {
    await Promise.allSettled(
      Array.from({ length: resumes }, (_, index) =>
        this.#replicas[index % 2].request('runs/signals', serviceToken, {
          kind: 'approval',
          ref: requestId,
        }),
      ),
    );
  }

  /** The run's status once its suspension is over and the task has ended. */
  async #ended(taskId: string): Promise<string | undefined> {
    const [{ status: suspension } = { status: '' }] = await this.#query<{
      status: string;
    }>('runs', 'select status from suspensions where task_id = $1', [taskId]);
    const [{ status }] = await this.#query<{ status: string }>(
      'scaffolder',
      'select status from tasks where id = $1',
      [taskId],
    );
    return suspension === 'resumed' && ['completed', 'failed'].includes(status)
      ? status
      : undefined;
  }

  /** What a killed one had claimed is free after half a minute. */
  async #allIsTold(): Promise<true | undefined> {
    const [{ count }] = await this.#query<{ count: string }>(
      'approvals',
      'select count(*) from outbox where delivered_at is null',
    );
    return Number(count) === 0 || undefined;
  }

  async #judge(taskId: string, requestId: string): Promise<FullFaults> {
    const { request, history } = await this.#replicas[0].request<RequestDetail>(
      `approvals/requests/${requestId}`,
      requester,
    );
    const of = (...events: string[]) =>
      history.filter(({ event }) => events.includes(event));
    const outcomes = of('approved', 'rejected', 'expired', 'cancelled');
    const escalations = of('stage escalated').map(({ detail }) => detail);
    const stages = request.stages.length;
    const retries = await this.#countRetries(taskId);
    const worked = (await this.#readWorkLog()).filter(id => id === taskId);
    const wanted = request.status === 'approved' ? 1 : 0;
    const told = await this.#query<{ user: string; scope: string }>(
      'notifications',
      'select "user", scope from notification where scope like $1',
      [`${requestId}%`],
    );
    const messages = told.map(one => `${one.user} ${one.scope}`);
    const ending = `${requester} ${requestId}:request-ended`;
    return {
      doubleOutcomes: Math.max(0, outcomes.length - 1),
      lostOutcomes: outcomes[0]?.event === request.status ? 0 : 1,
      doubleResumes:
        Math.max(0, retries - 1) + Math.max(0, worked.length - wanted),
      lostResumes:
        (retries === 0 ? 1 : 0) + Math.max(0, wanted - worked.length),
      doubleEscalations: escalations.length - new Set(escalations).size,
      lostEscalations: stages - new Set(escalations).size,
      doubleMessages: messages.length - new Set(messages).size,
      // Others have no point any more where a stage was decided first.
      lostMessages: messages.includes(ending) ? 0 : 1,
    };
  }

  /**
   * How often the task was retried. The scaffolder writes the same event when
   * it takes up the task of a process that died, half a minute later.
   */
  async #countRetries(taskId: string): Promise<number> {
    const events = await this.#query<{ created_at: Date }>(
      'scaffolder',
      "select created_at from task_events where task_id = $1 and event_type = 'recovered' order by id",
      [taskId],
    );
    const times = events.map(({ created_at: at }) => at.getTime());
    return times.filter(
      (at, index) => index === 0 || at - times[index - 1] < recoveryMs,
    ).length;
  }

  async #readWorkLog(): Promise<string[]> {
    return readFile(this.#workLog, 'utf8').then(
      text => text.split('\n'),
      () => [], // nothing has worked yet
    );
  }

  async #query<T>(
    plugin: string,
    sql: string,
    values: unknown[] = [],
  ): Promise<T[]> {
    const client = await this.server.connect(`backstage_plugin_${plugin}`);
    try {
      return (await client.query(sql, values)).rows;
    } finally {
      await client.end();
    }
  }
}
