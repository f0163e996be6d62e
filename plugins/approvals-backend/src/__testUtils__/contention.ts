import { ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { RequestStatus } from '@self-service/plugin-approvals-common';
import { Knex } from 'knex';
import { DatabaseApprovalsStore, DatabaseOutbox } from '../database';
import { Contest } from './contender';
import { decisionRecord, newRequest } from './records';

/** When everything happens, and when whatever a killed one claimed is free. */
const NOW = '2026-11-22T14:00:00.000Z';
const LATER = '2026-11-22T15:00:00.000Z';
/** Of which a request is due, or escalates, now. */
const CREATED = {
  due: '2026-11-22T10:00:00.000Z',
  escalates: '2026-11-22T12:00:00.000Z',
};
const LONGEST_LIFE_MILLISECONDS = 600;
const VOTES = 100;
/** More than the one that may be killed can give. */
const QUORUM = 60;
const CONCURRENT = 10;

const ENDED: RequestStatus[] = ['approved', 'rejected', 'expired', 'cancelled'];

/** What went wrong, counted; all zero where nothing did. */
export const noFaults = {
  /** Requests that ended twice, and those that did not, or not as they say. */
  doubleOutcomes: 0,
  lostOutcomes: 0,
  /** Votes that are counted and not in the history, or the other way round. */
  miscountedVotes: 0,
  doubleEscalations: 0,
  lostEscalations: 0,
  /** Messages to people and to the run, as they stand to be delivered. */
  doubleMessages: 0,
  lostMessages: 0,
  /** Timers that would still fire after the end. */
  timersLeft: 0,
  /** Two of those who live have told the run; nobody has. */
  doubleSignals: 0,
  lostSignals: 0,
};

/** Numbers of {@link noFaults}. */
export type Faults = typeof noFaults;

/** Adds up what went wrong. */
export function addFaults(left: Faults, right: Faults): Faults {
  const names = Object.keys(noFaults) as (keyof Faults)[];
  return Object.fromEntries(
    names.map(name => [name, left[name] + right[name]]),
  ) as Faults;
}

/** What a contender says next; the loader of its sources sends objects. */
async function nextWord(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const listen = (message: unknown) => {
      if (typeof message === 'string') {
        child.off('message', listen);
        resolve(message);
      }
    };
    child.on('message', listen);
    child.once('exit', () => reject(new Error('The contender has died')));
  });
}

/**
 * Two processes on one PostgreSQL that vote, cancel, let time work and resume
 * on one request after the other, one of them killed at a random moment each
 * time.
 */
export class Contention {
  readonly #children = new Set<ChildProcess>();
  #contenders: ChildProcess[] = [];
  #rounds = 0;

  private constructor(
    private readonly knex: Knex,
    private readonly store: DatabaseApprovalsStore,
  ) {}

  /**
   * Makes the tables and starts the processes.
   *
   * @param knex - a connection to an empty PostgreSQL database
   */
  static async start(knex: Knex): Promise<Contention> {
    const store = await DatabaseApprovalsStore.create({
      getClient: async () => knex,
    });
    await knex.schema.createTable('signals', table => {
      table.string('request_id');
    });
    const contention = new Contention(knex, store);
    contention.#contenders = await Promise.all([
      contention.#startContender(),
      contention.#startContender(),
    ]);
    return contention;
  }

  /**
   * Plays one round: 100 votes and 20 deliveries at once, over both. In turn,
   * the request is cancelled and due at the same moment, or escalates and is
   * approved by 60.
   *
   * @throws Error when the one that lives fails
   */
  async playRound(): Promise<Faults> {
    const escalates = this.#rounds % 2 === 1;
    const decision = decisionRecord({ taskId: `t${this.#rounds}` });
    const [mine, yours] = [VOTES - QUORUM, QUORUM].map((count, side) =>
      Array.from({ length: count }, (_, i) => `user:default/v${side}-${i}`),
    );
    const request = newRequest(decision, {
      createdAt: CREATED[escalates ? 'escalates' : 'due'],
      stages: [{ quorum: QUORUM, users: [...mine, ...yours] }],
    });
    this.#rounds++;
    await this.store.saveDecision(decision, request);
    const [{ id: stageId }] = (await this.store.findRequest(request.id))!
      .stages;
    const contest = (voters: string[]): Contest => ({
      requestId: request.id,
      stageId,
      votes: voters.map((voter, index) => ({
        voter,
        verdict: escalates || index % 2 ? 'approve' : 'reject',
      })),
      cancel: !escalates,
      timeFirst: escalates,
      times: CONCURRENT,
      at: NOW,
    });
    await this.#contend(contest(mine), contest(yours));
    return this.#judge(request.id, escalates);
  }

  /**
   * Delivers what the killed ones had claimed, as the sweep does later, and
   * looks whether every run was told.
   *
   * @returns also `redelivered`: those told twice because who told them first
   * was killed before it could note so; the receiver takes the second for
   * nothing
   */
  async finish(): Promise<{ faults: Faults; redelivered: number }> {
    const told: string[] = await this.knex('signals').pluck('request_id');
    const doubleSignals = told.length - new Set(told).size;
    const outbox = new DatabaseOutbox(this.knex);
    const left = (await outbox.listDue(LATER, 10 * this.#rounds)).filter(
      ({ kind }) => kind === 'request-decided',
    );
    const late = left.map(({ payload }) => payload.requestId);
    const everTold = new Set([...told, ...late]);
    return {
      faults: {
        ...noFaults,
        doubleSignals,
        lostSignals: this.#rounds - everTold.size,
      },
      redelivered: late.filter(id => told.includes(id)).length,
    };
  }

  /** Ends what still runs. */
  stop(): void {
    this.#children.forEach(child => child.kill('SIGKILL'));
  }

  async #contend(victims: Contest, survivors: Contest): Promise<void> {
    const [victim, survivor] = this.#contenders;
    const died = once(victim, 'exit');
    const done = nextWord(survivor);
    victim.send(victims);
    survivor.send(survivors);
    const kill = setTimeout(
      () => victim.kill('SIGKILL'),
      Math.random() * LONGEST_LIFE_MILLISECONDS,
    );
    const replacement = this.#startContender();
    const [word] = await Promise.all([done, died]).catch(error => {
      clearTimeout(kill);
      throw error;
    });
    if (word !== 'done') {
      throw new Error(`A contender has ${word}`);
    }
    // In turn the older and the newer one is killed.
    this.#contenders =
      this.#rounds % 4 < 2
        ? [survivor, await replacement]
        : [await replacement, survivor];
  }

  async #judge(id: string, escalates: boolean): Promise<Faults> {
    const request = (await this.store.findRequest(id))!;
    const history = await this.store.listHistory(id);
    const count = (events: string[]) =>
      history.filter(({ event }) => events.includes(event)).length;
    const outcomes = history.filter(({ event }) =>
      (ENDED as string[]).includes(event),
    );
    const rows = await this.knex('outbox')
      .where('payload', 'like', `%${id}%`)
      .select('kind', 'payload');
    const messages = rows
      .map(({ kind, payload }): string => JSON.parse(payload).event ?? kind)
      // One for each vote that decides nothing.
      .filter(event => event !== 'votes-changed');
    const expected = [
      'stage-opened',
      'request-decided',
      'request-ended',
      ...(escalates ? ['stage-escalated'] : []),
    ];
    const escalations = count(['stage escalated']);
    const wanted = escalates ? 1 : 0;
    const timers = await this.knex('timers')
      .where({ request_id: id })
      .whereNull('fired_at');
    return {
      ...noFaults,
      doubleOutcomes: Math.max(0, outcomes.length - 1),
      lostOutcomes: outcomes.some(({ event }) => event === request.status)
        ? 0
        : 1,
      miscountedVotes: Math.abs(
        request.stages[0].votes.length - count(['voted']),
      ),
      doubleEscalations: Math.max(0, escalations - wanted),
      lostEscalations: Math.max(0, wanted - escalations),
      doubleMessages: messages.length - new Set(messages).size,
      lostMessages: expected.filter(event => !messages.includes(event)).length,
      timersLeft: timers.length,
    };
  }

  /** A process of its own with the services of approvals. */
  async #startContender(): Promise<ChildProcess> {
    // Knex hides the password from whoever copies the whole.
    const { host, port, user, password, database } =
      this.knex.client.config.connection;
    const child = fork(require.resolve('./contender'), {
      execArgv: [
        '--require',
        require.resolve('@backstage/cli/config/nodeTransform.cjs'),
      ],
      env: {
        ...process.env,
        NODE_OPTIONS: '',
        CONTENTION_CONNECTION: JSON.stringify({
          host,
          port,
          user,
          password,
          database,
        }),
      },
    });
    this.#children.add(child);
    child.once('exit', () => this.#children.delete(child));
    const word = await nextWord(child);
    if (word !== 'ready') {
      throw new Error(`A contender has ${word}`);
    }
    return child;
  }
}
