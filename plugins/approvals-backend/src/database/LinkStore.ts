import { Knex } from 'knex';

/** A link in a mail, without its token. */
export interface DecisionLink {
  /** SHA-256 of the token, hexadecimal. */
  tokenHash: string;
  /** User ref of the addressee. */
  person: string;
  requestId: string;
  stageId: string;
  createdAt: string;
  usedAt?: string;
}

/** Links that decide; they are used up together with the vote. */
export interface LinkStore {
  add(link: Omit<DecisionLink, 'usedAt'>): Promise<void>;
  find(tokenHash: string): Promise<DecisionLink | undefined>;
}

interface LinkRow {
  token_hash: string;
  person: string;
  request_id: string;
  stage_id: string;
  created_at: string;
  used_at: string | null;
}

/** The links in SQL. */
export class DatabaseLinkStore implements LinkStore {
  readonly #knex: Knex;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  /** {@inheritdoc LinkStore.add} */
  async add(link: Omit<DecisionLink, 'usedAt'>): Promise<void> {
    await this.#knex<LinkRow>('decision_links').insert({
      token_hash: link.tokenHash,
      person: link.person,
      request_id: link.requestId,
      stage_id: link.stageId,
      created_at: link.createdAt,
      used_at: null,
    });
  }

  /** {@inheritdoc LinkStore.find} */
  async find(tokenHash: string): Promise<DecisionLink | undefined> {
    const row = await this.#knex<LinkRow>('decision_links')
      .where({ token_hash: tokenHash })
      .first();
    return (
      row && {
        tokenHash: row.token_hash,
        person: row.person,
        requestId: row.request_id,
        stageId: row.stage_id,
        createdAt: row.created_at,
        usedAt: row.used_at ?? undefined,
      }
    );
  }
}

/**
 * Uses a link up, in the transaction of the vote that it casts.
 *
 * @returns whether it was this vote's to use
 */
export async function useLink(
  tx: Knex.Transaction,
  use: {
    tokenHash: string;
    voter: string;
    requestId: string;
    stageId: string;
    at: string;
  },
): Promise<boolean> {
  const used = await tx<LinkRow>('decision_links')
    .where({
      token_hash: use.tokenHash,
      person: use.voter,
      request_id: use.requestId,
      stage_id: use.stageId,
    })
    .whereNull('used_at')
    .update({ used_at: use.at });
  return used === 1;
}
