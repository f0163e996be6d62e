/** What a figure should be; missed or met, it is printed and no error. */
export type Aim = { figure: string } & ({ below: number } | { above: number });

/** What a bench is given. */
export interface BenchContext {
  /** Finish within a minute; figures that take longer are left out. */
  quick: boolean;
  /** Prints a line of progress. */
  log(text: string): void;
  /** An empty directory that is removed when the bench has ended. */
  directory: string;
  /** Runs when the bench has ended, however it did; the last added first. */
  cleanUp(action: () => Promise<unknown> | unknown): void;
}

/** What a bench found. */
export interface Measurement {
  /** How many samples the figures were made from, warm-up not counted. */
  samples: number;
  /** Flat, names dotted, in the bench's unit; counts and ratios as such. */
  figures: Record<string, number>;
}

/** A bench: one file, which exports one as `bench`. */
export interface Bench {
  /** Unit of the figures that are times. */
  unit: 'ms' | 's';
  /** Each aim's figure must come out of a full run; `--quick` may lack some. */
  aims: readonly Aim[];
  /** @throws when it could not measure */
  run(context: BenchContext): Promise<Measurement>;
}

/** The last line of a bench's output; see docs/benchmarks.md. */
export interface Result extends Measurement {
  name: string;
  unit: Bench['unit'];
  aims: (Aim & { met: boolean })[];
}

/** Whether a figure is as it should be. */
export function isMet(aim: Aim, value: number): boolean {
  return 'below' in aim ? value < aim.below : value > aim.above;
}
