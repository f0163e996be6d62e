/** At a time: one's own requests, before those of others wait behind them. */
const LIMIT = 4;

/**
 * Like `Promise.all` over a `map`, with a few items at a time; what has not
 * begun when one fails does not begin.
 *
 * @public
 */
export async function mapLimited<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  const queue = [...items.entries()];
  let hasFailed = false;
  const worker = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [index, item] = next;
      if (hasFailed) {
        return;
      }
      try {
        results[index] = await work(item);
      } catch (error) {
        hasFailed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: LIMIT }, worker));
  return results;
}
