import { toError } from '@backstage/errors';
import { useCallback, useEffect, useRef, useState } from 'react';

/**
 * What {@link useLiveQuery} knows.
 *
 * @public
 */
export interface LiveQuery<T> {
  /** The newest answer; kept while a later question fails. */
  value?: T;
  /** Why the newest question failed; gone with the next answer. */
  error?: Error;
  /** Asks again now. Never throws. */
  refresh(): Promise<void>;
  /** Takes an answer that came from elsewhere, for example from a write. */
  setValue(value: T): void;
}

/**
 * Asks a backend, and asks again so that the page stays true: when a signal
 * arrives, when the window gets the focus, and slowly in between, since a
 * missed signal is never repeated.
 *
 * @param load - memoise it: another function is another question
 * @param options.everyMilliseconds - how often to ask while the page is
 * visible; `undefined`: never
 * @param options.signal - the last signal; each new object asks again
 * @public
 */
export function useLiveQuery<T>(
  load: (signal: AbortSignal) => Promise<T>,
  options: { everyMilliseconds: number | undefined; signal?: unknown },
): LiveQuery<T> {
  const { everyMilliseconds, signal } = options;
  const [state, setState] = useState<{ value?: T; error?: Error }>({});
  const running = useRef<AbortController>();

  const refresh = useCallback(async () => {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    try {
      const value = await load(controller.signal);
      if (!controller.signal.aborted) {
        setState({ value });
      }
    } catch (error) {
      if (!controller.signal.aborted) {
        setState(({ value }) => ({ value, error: toError(error) }));
      }
    }
  }, [load]);

  const setValue = useCallback((value: T) => {
    running.current?.abort();
    setState({ value });
  }, []);

  useEffect(() => {
    setState({});
    refresh();
    return () => running.current?.abort();
  }, [refresh]);

  const seenSignal = useRef(signal);
  useEffect(() => {
    if (seenSignal.current !== signal) {
      seenSignal.current = signal;
      refresh();
    }
  }, [signal, refresh]);

  useEffect(() => {
    const refreshWhenVisible = () => {
      if (!document.hidden) {
        refresh();
      }
    };
    window.addEventListener('focus', refreshWhenVisible);
    document.addEventListener('visibilitychange', refreshWhenVisible);
    const timer =
      everyMilliseconds === undefined
        ? undefined
        : setInterval(refreshWhenVisible, everyMilliseconds);
    return () => {
      window.removeEventListener('focus', refreshWhenVisible);
      document.removeEventListener('visibilitychange', refreshWhenVisible);
      clearInterval(timer);
    };
  }, [everyMilliseconds, refresh]);

  return { ...state, refresh, setValue };
}
