import {
  ChannelsByKind,
  MessageChannel,
  MessageKind,
} from '@self-service/plugin-approvals-common';
import { Knex } from 'knex';

/** What people have chosen to be told where. */
export interface PreferenceStore {
  /**
   * The choices of some people, by user ref; who never chose is missing, and
   * so is a kind that they were not asked about.
   */
  read(people: string[]): Promise<Map<string, Partial<ChannelsByKind>>>;
  /** Replaces a person's choices. */
  save(person: string, preferences: ChannelsByKind): Promise<void>;
}

interface PreferenceRow {
  person: string;
  kind: MessageKind;
  channels: string;
}

/** The choices in SQL. */
export class DatabasePreferenceStore implements PreferenceStore {
  readonly #knex: Knex;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  /** {@inheritdoc PreferenceStore.read} */
  async read(people: string[]): Promise<Map<string, Partial<ChannelsByKind>>> {
    const rows = await this.#knex<PreferenceRow>('message_preferences').whereIn(
      'person',
      people,
    );
    const found = new Map<string, Partial<ChannelsByKind>>();
    for (const { person, kind, channels } of rows) {
      const chosen: MessageChannel[] = JSON.parse(channels);
      found.set(person, { ...found.get(person), [kind]: chosen });
    }
    return found;
  }

  /** {@inheritdoc PreferenceStore.save} */
  async save(person: string, preferences: ChannelsByKind): Promise<void> {
    await this.#knex<PreferenceRow>('message_preferences')
      .insert(
        Object.entries(preferences).map(([kind, channels]) => ({
          person,
          kind: kind as MessageKind,
          channels: JSON.stringify(channels),
        })),
      )
      .onConflict(['person', 'kind'])
      .merge();
  }
}
