import { listPoints, POINTS_PER_ACT, samplePoints, type Point } from './points';

/** A point in words. */
export function describePoint({
  subject,
  act,
  trouble,
  lasting,
}: Point): string {
  return `${subject.template} ${act.step} ${act.method} ${
    act.path
  }: ${trouble}${lasting ? ', lasting' : ''}`;
}

/** A point, and the name under which its run is asked for. */
export interface NamedPoint {
  name: string;
  point: Point;
}

/**
 * The points that are to be played.
 *
 * @param environment - `CHAOS_ONLY`: those whose description has this text;
 * `CHAOS_SHARD`: `2/4` for the acts of the second of four parts
 */
export function selectPoints(
  quick: boolean,
  environment: NodeJS.ProcessEnv,
): NamedPoint[] {
  const { CHAOS_ONLY: only = '', CHAOS_SHARD: shard = '1/1' } = environment;
  const [part, parts] = shard.split('/').map(Number);
  if (!(part >= 1 && part <= parts)) {
    throw new Error(`CHAOS_SHARD is '${shard}'; write 2/4 for the second of 4`);
  }
  return (quick ? samplePoints() : listPoints())
    .map((point, index) => ({ point, name: `chaos-${index}x` }))
    .filter(
      ({ point }, index) =>
        Math.floor(index / POINTS_PER_ACT) % parts === part - 1 &&
        describePoint(point).includes(only),
    );
}
