import {
  clearFault,
  press,
  setFault,
  startTemplate,
  traceOfRun,
  type ShownRun,
} from 'e2e';
import type { Bench } from './lib/bench';
import { isKill, toFault, type Point } from './lib/chaos/points';
import {
  startOneBackend,
  startTwoBackends,
  type ChaosPortal,
} from './lib/chaos/portal';
import {
  describePoint,
  selectPoints,
  type NamedPoint,
} from './lib/chaos/selection';
import { pause, untilHit, untilSettled } from './lib/chaos/settling';
import { judge } from './lib/chaos/world';
import { inTurn } from './lib/inTurn';
import { median, percentile } from './lib/statistics';

/** How often a person helps a run that needs one. */
const MAX_HELP = 3;
/** How many points are played at once, where no backend is killed. */
const AT_ONCE = 6;

/**
 * Starts a run, and does to it what the point says.
 *
 * @param fault - the one that makes the trouble, which is set
 * @returns when a backend was killed, if one was
 */
async function makeTrouble(
  portal: ChaosPortal,
  { point, name }: NamedPoint,
  fault: string,
): Promise<{ taskId: string; killedAt?: number }> {
  const { stack } = portal;
  const { subject, trouble } = point;
  const taskId = await startTemplate(
    stack,
    'dana',
    subject.template,
    subject.values(name),
  );
  await untilHit(stack, fault, taskId);
  if (trouble === 'cancel') {
    await press(stack, taskId, 'cancel');
  }
  if (!isKill(point)) {
    return { taskId };
  }
  await pause(trouble === 'kill-before' ? 0 : 100);
  await portal.killRunner(taskId);
  const killedAt = performance.now();
  await clearFault(stack, fault);
  await portal.revive();
  return { taskId, killedAt };
}

/**
 * Lets the run settle, and helps as a person would where it needs one: who
 * has retried in vain rolls it back in the end.
 */
async function settle(
  { stack }: ChaosPortal,
  { remedy }: Point,
  taskId: string,
  fault: string,
): Promise<ShownRun> {
  let run = await untilSettled(stack, taskId);
  await clearFault(stack, fault);
  for (
    let turn = 1;
    turn <= MAX_HELP && run.status === 'needs-attention';
    turn++
  ) {
    const wantsRetry = remedy === 'retry' && turn < MAX_HELP;
    const button =
      wantsRetry && run.options.retry.allowed ? 'retry' : 'rollback';
    await press(stack, taskId, button);
    // The status from before the click counts no more.
    await pause(1_500);
    run = await untilSettled(stack, taskId);
  }
  return run;
}

/** What came of the points so far. */
class Outcome {
  readonly #count = { orphans: 0, duplicates: 0, missing: 0, stuck: 0 };
  readonly #endings: Record<string, number> = {};
  readonly #afterKill: number[] = [];
  #played = 0;
  #kills = 0;

  addRun(run: ShownRun, found: ReturnType<typeof judge>): string {
    this.#endings[run.status] = (this.#endings[run.status] ?? 0) + 1;
    this.#count.stuck += run.status === 'needs-attention' ? 1 : 0;
    this.#count.orphans += found.orphans.length;
    this.#count.duplicates += found.duplicates.length;
    this.#count.missing += found.missing.length;
    const wrong = Object.values(found).flat();
    return `${run.status}${
      wrong.length > 0 ? ` WRONG ${wrong.join('; ')}` : ''
    }`;
  }

  addStuck(): void {
    this.#count.stuck += 1;
  }

  addPoint(point: Point): void {
    this.#played += 1;
    this.#kills += isKill(point) ? 1 : 0;
  }

  addRecovery(killedAt: number): void {
    this.#afterKill.push((performance.now() - killedAt) / 1000);
  }

  get figures(): Record<string, number> {
    const endings = Object.entries(this.#endings).map(([status, times]) => [
      `ended.${status}`,
      times,
    ]);
    return {
      points: this.#played,
      kills: this.#kills,
      ...this.#count,
      ...Object.fromEntries(endings),
      ...(this.#afterKill.length > 0 && {
        'afterKill.p50': median(this.#afterKill),
        'afterKill.p95': percentile(this.#afterKill, 95),
      }),
    };
  }
}

/** Plays one point, from the start of its run to what is left of it. */
async function play(
  portal: ChaosPortal,
  named: NamedPoint,
  outcome: Outcome,
  log: (text: string) => void,
): Promise<void> {
  const { point, name } = named;
  const { stack } = portal;
  const say = (what: string) => log(`${describePoint(point)}: ${what}`);
  outcome.addPoint(point);
  let fault = '';
  try {
    fault = await setFault(stack, toFault(point, name));
    const { taskId, killedAt } = await makeTrouble(portal, named, fault);
    const run = await settle(portal, point, taskId, fault);
    if (killedAt !== undefined) {
      outcome.addRecovery(killedAt);
    }
    const trace = await traceOfRun(stack, name);
    say(outcome.addRun(run, judge(run, trace, point.subject)));
  } catch (error) {
    outcome.addStuck();
    say(`STUCK ${error}`);
    await clearFault(stack, fault);
    await portal.revive();
  }
}

/**
 * Faults, cancellations and kills at every act of the runs; what is left is
 * counted in the stand-ins. Several runs go on side by side, each with its own
 * fault; where a backend is killed, its run is the only one.
 */
export const bench: Bench = {
  unit: 's',
  aims: [
    { figure: 'orphans', below: 1 },
    { figure: 'duplicates', below: 1 },
    { figure: 'missing', below: 1 },
    { figure: 'stuck', below: 1 },
  ],
  async run(context) {
    const { quick, log } = context;
    const points = selectPoints(quick, process.env);
    const hasTwo = process.env.CHAOS_BACKENDS === '2';
    log(`Starting a portal with ${hasTwo ? 'two backends' : 'one backend'}`);
    const portal = hasTwo
      ? await startTwoBackends(context)
      : await startOneBackend(context);
    const outcome = new Outcome();
    const playOne = (named: NamedPoint) => play(portal, named, outcome, log);
    const kills = points.filter(({ point }) => isKill(point));
    const others = points.filter(({ point }) => !isKill(point));
    await inTurn(others, AT_ONCE, playOne);
    await inTurn(kills, 1, playOne);
    const { figures } = outcome;
    return { samples: figures.points, figures };
  },
};
