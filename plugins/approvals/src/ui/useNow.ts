import { useEffect, useState } from 'react';

/**
 * The current time, renewed as long as the component is shown.
 *
 * @param everyMilliseconds - how often it is renewed; `undefined`: never
 * @returns milliseconds since the epoch
 * @public
 */
export function useNow(everyMilliseconds: number | undefined): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (everyMilliseconds === undefined) {
      return undefined;
    }
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), everyMilliseconds);
    return () => clearInterval(timer);
  }, [everyMilliseconds]);
  return now;
}
