import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { benches, type ListedBench } from './benches';
import { isMet, type Aim, type Bench, type Result } from './lib/bench';
import { round } from './lib/statistics';

const usage = 'Usage: npm run bench -- <name> [--quick]';
const started = performance.now();

function log(text: string): void {
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(`${`${seconds} s`.padStart(8)}  ${text}\n`);
}

function list(): void {
  const width = Math.max(...benches.map(({ name }) => name.length));
  for (const { name, summary } of benches) {
    process.stdout.write(`  ${name.padEnd(width)}  ${summary}\n`);
  }
  process.stdout.write(`\n${usage}\n`);
}

function judge(
  { aims }: Bench,
  figures: Result['figures'],
  quick: boolean,
): Result['aims'] {
  const missing = aims.filter(({ figure }) => !(figure in figures));
  if (missing.length > 0 && !quick) {
    throw new Error(
      `Not measured: ${missing.map(({ figure }) => figure).join(', ')}`,
    );
  }
  return aims
    .filter(aim => !missing.includes(aim))
    .map(aim => ({ ...aim, met: isMet(aim, figures[aim.figure]) }));
}

function describe(aim: Aim & { met: boolean }): string {
  const wanted = 'below' in aim ? `below ${aim.below}` : `above ${aim.above}`;
  return `${aim.met ? 'met   ' : 'MISSED'}  ${aim.figure} ${wanted}`;
}

async function measure(listed: ListedBench, quick: boolean): Promise<Result> {
  const loaded = await listed.load();
  // Where Node itself imports a transformed file, it finds but a default.
  const { bench } =
    'default' in loaded ? (loaded.default as typeof loaded) : loaded;
  const directory = await mkdtemp(join(tmpdir(), `bench-${listed.name}-`));
  const cleanUps: (() => Promise<unknown> | unknown)[] = [];
  const tidy = async () => {
    for (const action of cleanUps.splice(0).reverse()) {
      await action();
    }
    await rm(directory, { recursive: true, force: true });
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => tidy().finally(() => process.exit(1)));
  }
  try {
    const { samples, figures } = await bench.run({
      quick,
      log,
      directory,
      cleanUp: action => cleanUps.push(action),
    });
    const rounded = Object.fromEntries(
      Object.entries(figures).map(([name, value]) => [name, round(value)]),
    );
    const aims = judge(bench, rounded, quick);
    for (const [name, value] of Object.entries(rounded)) {
      process.stdout.write(`  ${name.padEnd(28)}${value}\n`);
    }
    aims.forEach(aim => process.stdout.write(`  ${describe(aim)}\n`));
    return {
      name: listed.name,
      unit: bench.unit,
      samples,
      figures: rounded,
      aims,
    };
  } finally {
    await tidy();
  }
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { quick: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const [name] = positionals;
  if (!name) {
    list();
    return 0;
  }
  const listed = benches.find(bench => bench.name === name);
  if (!listed) {
    process.stderr.write(`There is no bench '${name}'.\n`);
    list();
    return 1;
  }
  const result = await measure(listed, values.quick);
  process.stdout.write(`${JSON.stringify(result)}\n`);
  return 0;
}

/** Ends the process once everything is written: nothing may follow the result. */
function end(status: number): void {
  process.stdout.write('', () => process.exit(status));
}

main().then(end, error => {
  process.stderr.write(`\nThe bench could not measure.\n${error?.stack}\n`);
  end(1);
});
