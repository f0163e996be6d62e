/**
 * Does something with each item, with so many at a time: whoever is free takes
 * the next one.
 *
 * @throws what `act` throws; what is under way then goes on
 */
export async function inTurn<T>(
  items: readonly T[],
  atOnce: number,
  act: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const work = async () => {
    for (const item of queue) {
      await act(item);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}
