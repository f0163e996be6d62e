import { toError } from '@backstage/errors';
import { useState } from 'react';

/**
 * State of a write that a person starts: whether it runs, and why the last
 * one failed.
 *
 * @param onDone - gets the answer of a write that went through
 * @public
 */
export function useWrite<T>(onDone: (value: T) => void) {
  const [isPending, setPending] = useState(false);
  const [error, setError] = useState<Error>();
  const run = async (write: () => Promise<T>) => {
    setPending(true);
    setError(undefined);
    try {
      onDone(await write());
    } catch (cause) {
      setError(toError(cause));
    } finally {
      setPending(false);
    }
  };
  return { isPending, error, run };
}
