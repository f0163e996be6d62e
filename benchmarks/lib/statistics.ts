/**
 * The value below which a share of the samples lies, by nearest rank.
 *
 * @param samples - in any order; at least one
 * @param share - 0 to 100
 */
export function percentile(samples: readonly number[], share: number): number {
  if (samples.length === 0) {
    throw new Error('There are no samples to take a percentile of');
  }
  const sorted = Float64Array.from(samples).sort();
  const rank = Math.ceil((share / 100) * sorted.length);
  return sorted[Math.max(rank, 1) - 1];
}

/** The 50th percentile. */
export function median(samples: readonly number[]): number {
  return percentile(samples, 50);
}

/** A figure as it is printed: four significant digits, counts as they are. */
export function round(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(4));
}
