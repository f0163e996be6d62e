import { setTimeout as delay } from 'node:timers/promises';

const INTERVAL_MILLISECONDS = 50;

/**
 * Asks until an answer is what was waited for: providers follow systems that
 * take their time, stand-ins too.
 *
 * @throws after `limit` milliseconds, with the last answer
 */
export async function waitFor<T>(
  ask: () => Promise<T>,
  isOver: (answer: T) => boolean,
  limit = 20_000,
): Promise<T> {
  const end = Date.now() + limit;
  for (;;) {
    const answer = await ask();
    if (isOver(answer)) {
      return answer;
    }
    if (Date.now() > end) {
      throw new Error(
        `Not what was waited for within ${limit} ms: ${JSON.stringify(answer)}`,
      );
    }
    await delay(INTERVAL_MILLISECONDS);
  }
}
