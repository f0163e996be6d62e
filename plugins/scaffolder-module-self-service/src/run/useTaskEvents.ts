import { useApi } from '@backstage/frontend-plugin-api';
import { LogEvent } from '@backstage/plugin-scaffolder-common';
import { scaffolderApiRef } from '@backstage/plugin-scaffolder-react';
import { useEffect, useRef, useState } from 'react';

const FLUSH_MILLISECONDS = 100;

interface Subscription {
  unsubscribe(): void;
}

/**
 * Follows the events of a run over all its attempts.
 *
 * @remarks
 * The scaffolder closes the stream when an attempt ends, and a parked run
 * ends one attempt. So the stream is opened again, from the last event known,
 * whenever `reopenKey` changes while it is closed; for a run that has ended
 * that costs one short request.
 *
 * @param taskId - another run starts anew
 * @param reopenKey - anything that changes when there may be new events
 */
export function useTaskEvents(taskId: string, reopenKey: string): LogEvent[] {
  const scaffolderApi = useApi(scaffolderApiRef);
  const [events, setEvents] = useState<LogEvent[]>([]);
  const open = useRef<() => void>();

  useEffect(() => {
    const known = new Map<number, LogEvent>();
    let subscription: Subscription | undefined;
    let flushTimer: ReturnType<typeof setTimeout> | undefined;

    const flush = () => {
      flushTimer = undefined;
      setEvents([...known.values()]);
    };
    const scheduleFlush = () => {
      flushTimer ??= setTimeout(flush, FLUSH_MILLISECONDS);
    };
    const close = () => {
      subscription?.unsubscribe();
      subscription = undefined;
    };
    const subscribe = () => {
      if (subscription) {
        return;
      }
      let hasEnded = false;
      const end = () => {
        hasEnded = true;
        close();
      };
      const opened = scaffolderApi
        .streamLogs({
          taskId,
          after: known.size > 0 ? Math.max(...known.keys()) : undefined,
        })
        .subscribe({
          next: event => {
            known.set(event.id, event);
            scheduleFlush();
          },
          error: end,
          complete: end,
        });
      if (hasEnded) {
        opened.unsubscribe();
      } else {
        subscription = opened;
      }
    };

    setEvents([]);
    open.current = subscribe;
    subscribe();
    return () => {
      open.current = undefined;
      clearTimeout(flushTimer);
      close();
    };
  }, [scaffolderApi, taskId]);

  useEffect(() => {
    open.current?.();
  }, [reopenKey]);

  return events;
}
