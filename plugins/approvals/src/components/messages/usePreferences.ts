import { toError } from '@backstage/errors';
import { useApi } from '@backstage/frontend-plugin-api';
import {
  ChannelsByKind,
  MessagePreferences,
} from '@self-service/plugin-approvals-common';
import { useCallback, useRef, useState } from 'react';
import { messagesApiRef } from '../../api/MessagesApi';
import { LiveQuery, useLiveQuery } from '../../ui';

/** How the last change stands. */
export type SaveState =
  | { status: 'idle' | 'saving' | 'saved' }
  | { status: 'failed'; error: Error };

/**
 * What the signed-in person has chosen, and what changes it at once.
 *
 * @remarks
 * Each change is sent as a whole. One that is made while another is on its way
 * waits for that, so that the last one wins.
 *
 * @returns the query; how saving stands; and `choose`, which takes what is to
 * hold from now on
 */
export function usePreferences(): {
  query: LiveQuery<MessagePreferences>;
  saving: SaveState;
  choose: (preferences: ChannelsByKind) => void;
} {
  const messagesApi = useApi(messagesApiRef);
  const load = useCallback(
    (signal: AbortSignal) => messagesApi.getPreferences({ signal }),
    [messagesApi],
  );
  const query = useLiveQuery(load, { everyMilliseconds: undefined });
  const [saving, setSaving] = useState<SaveState>({ status: 'idle' });
  const { value, setValue, refresh } = query;
  /** What is to be sent next, while something is on its way. */
  const next = useRef<ChannelsByKind>();
  const isSending = useRef(false);

  const send = async () => {
    isSending.current = true;
    setSaving({ status: 'saving' });
    try {
      while (next.current) {
        const sent = next.current;
        next.current = undefined;
        const answer = await messagesApi.setPreferences(sent);
        if (!next.current) {
          setValue(answer);
        }
      }
      setSaving({ status: 'saved' });
    } catch (error) {
      next.current = undefined;
      setSaving({ status: 'failed', error: toError(error) });
      // What is shown was not taken.
      refresh();
    } finally {
      isSending.current = false;
    }
  };

  const choose = (preferences: ChannelsByKind) => {
    if (!value) {
      return;
    }
    setValue({ ...value, preferences });
    next.current = preferences;
    if (!isSending.current) {
      send();
    }
  };
  return { query, saving, choose };
}
