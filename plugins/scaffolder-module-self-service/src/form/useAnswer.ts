import { ServiceUnavailableError, toError } from '@backstage/errors';
import { useCallback, useEffect, useRef, useState } from 'react';

/** Long enough that nobody asks for every letter that is typed. */
const PAUSE_MILLISECONDS = 300;
const MOST_SECONDS = 10;

/** What is known of the answer to a question that changes. */
export interface Answer<T> {
  /** The newest answer; stays while the next one is on its way. */
  value?: T;
  /** Whether `value` answers the question as it is now. */
  isCurrent: boolean;
  /** Whether an answer is on its way. */
  isAsking: boolean;
  /** Why the newest question has no answer. */
  error?: Error;
  /** Asks the same again. */
  askAgain: () => void;
}

interface Settled<T> {
  value?: T;
  /** The question that `value` answers. */
  question?: string;
  error?: Error;
  /** The asking that ended last. */
  asking?: string;
}

/**
 * Asks a backend whenever the question has not changed for 300 ms; the first
 * time at once. A question that is overtaken is broken off.
 *
 * @param question - what is asked, as text; `undefined`: nothing
 * @param ask - asks; the newest function is called. It has 10 s
 */
export function useAnswer<T>(
  question: string | undefined,
  ask: (signal: AbortSignal) => Promise<T>,
): Answer<T> {
  const [settled, setSettled] = useState<Settled<T>>({});
  const [attempt, setAttempt] = useState(0);
  const hasAsked = useRef(false);
  const newest = useRef(ask);
  newest.current = ask;
  const asking = question === undefined ? undefined : `${attempt} ${question}`;

  useEffect(() => {
    if (asking === undefined) {
      return undefined;
    }
    const controller = new AbortController();
    const { signal } = controller;
    let limit: ReturnType<typeof setTimeout> | undefined;
    const fail = (error: Error) =>
      setSettled(previous => ({ ...previous, error, asking }));
    const start = async () => {
      limit = setTimeout(() => {
        controller.abort();
        fail(new ServiceUnavailableError(`no answer within ${MOST_SECONDS} s`));
      }, MOST_SECONDS * 1_000);
      try {
        const value = await newest.current(signal);
        if (!signal.aborted) {
          setSettled({ value, question, asking });
        }
      } catch (error) {
        if (!signal.aborted) {
          fail(toError(error));
        }
      } finally {
        clearTimeout(limit);
      }
    };
    const timer = setTimeout(start, hasAsked.current ? PAUSE_MILLISECONDS : 0);
    hasAsked.current = true;
    return () => {
      clearTimeout(timer);
      clearTimeout(limit);
      controller.abort();
    };
  }, [asking, question]);

  const isAsking = settled.asking !== asking;
  return {
    value: settled.value,
    isCurrent: settled.value !== undefined && settled.question === question,
    isAsking,
    error: isAsking ? undefined : settled.error,
    askAgain: useCallback(() => setAttempt(number => number + 1), []),
  };
}
