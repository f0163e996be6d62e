import { InputError } from '@backstage/errors';
import {
  ChannelsByKind,
  MessageChannel,
  MessageKind,
  MessagePreferences,
} from '@self-service/plugin-approvals-common';
import { PreferenceStore } from '../../database';
import { AuditTrail } from '../AuditTrail';
import { assertInPerson, Caller } from '../Caller';
import { Channels } from './Channels';

/** What each person wants to be told where. */
export class Preferences {
  readonly #store: PreferenceStore;
  readonly #channels: Channels;
  readonly #audit: AuditTrail;

  constructor(options: {
    store: PreferenceStore;
    channels: Channels;
    audit: AuditTrail;
  }) {
    this.#store = options.store;
    this.#channels = options.channels;
    this.#audit = options.audit;
  }

  /** A person's choices, the defaults, and what there is to choose from. */
  async read(caller: Caller): Promise<MessagePreferences> {
    const { defaults, available } = this.#channels;
    const chosen = (await this.#store.read([caller.ref])).get(caller.ref);
    return { preferences: { ...defaults, ...chosen }, defaults, available };
  }

  /**
   * Replaces a person's own choices.
   *
   * @throws InputError - what waits for them would reach them nowhere
   */
  async save(caller: Caller, preferences: ChannelsByKind): Promise<void> {
    await this.#audit.record(
      { eventId: 'message-preferences-save', actor: caller.ref },
      async () => {
        assertInPerson(caller, 'choose where they are told');
        const needed = preferences['approval-needed'];
        if (!needed.some(channel => this.#channels.has(channel))) {
          throw new InputError(
            'Choose at least one channel that this portal has for what waits for your approval',
          );
        }
        await this.#store.save(caller.ref, preferences);
      },
    );
  }

  /**
   * Where each of some people is told of something.
   *
   * @remarks
   * Who has chosen nothing but channels that this portal no longer has is told
   * as if they had never chosen.
   */
  async channelsOf(
    people: string[],
    kind: MessageKind,
  ): Promise<Map<string, MessageChannel[]>> {
    const chosen = await this.#store.read(people);
    return new Map(
      people.map(person => [
        person,
        this.#usable(chosen.get(person)?.[kind], kind),
      ]),
    );
  }

  #usable(
    chosen: MessageChannel[] | undefined,
    kind: MessageKind,
  ): MessageChannel[] {
    const usable = chosen?.filter(channel => this.#channels.has(channel));
    return usable && (usable.length > 0 || chosen?.length === 0)
      ? usable
      : this.#channels.defaults[kind];
  }
}
