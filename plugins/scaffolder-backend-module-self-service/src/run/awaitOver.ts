import { withProblem } from '@self-service/plugin-providers-node';
import { Wait } from '@self-service/plugin-runs-common';
import { ActingStep } from './failure/ActingStep';
import { inputDigest } from './inputDigest';
import { parkRun } from './parkRun';
import { findWaitProblems, settleWait, WaitServices } from './passGate';
import { Pause } from './Pause';
import { RefusedError } from './RefusedError';
import { RunContext } from './RunContext';

/**
 * How long an inline wait leaves the outside alone before its second look, and
 * by how much longer before each further one.
 */
const POLL_MS = 500;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** What waiting for something outside is made of. */
export interface AwaitServices extends WaitServices {
  pause: Pause;
  /** Milliseconds since 1970; tests replace it. */
  now: () => number;
  /** How long a wait polls inside the step before it parks the run. */
  inlineWaitMs: number;
  /** How long a step waits for what is outside, where it names no time. */
  waitTimeoutMs: number;
}

/** Something outside that a step waits for. */
export interface Awaited<State> {
  /** One look. What it throws, the step fails with. */
  look(): Promise<State>;
  isOver(state: State): boolean;
  /** Told of every look. */
  onLook?(state: State): void;
  /**
   * What the sweep of the runs backend looks at.
   *
   * @param due - ISO 8601: from then on the wait is over, whatever a look
   * would show; without it the wait's identity
   */
  toWait(due?: string): Wait;
  /** In the infinitive of a wait, for people: `the apply of …`. */
  what: string;
  /** Where people see how it stands. */
  toUrl(state: State): string | undefined;
  /** The last look in words, for the error when time is over. */
  describe(state: State): string;
}

/**
 * Waits for something outside until it is over: a short time within the step,
 * then with the run parked.
 *
 * @param options.seen - what a look of just now has shown, in the place of the
 * first one; where something was started since then, nothing can have come of
 * it yet
 * @param options.timeoutMs - in place of the configured one. The time begins
 * when the run is first parked, and anew with each try of the step
 * @throws an error with its problem - the time is over
 * @throws RefusedError - the run may not wait
 * @throws WaitingError - the run is parked
 */
export async function awaitOver<State>(
  step: ActingStep,
  services: AwaitServices,
  awaited: Awaited<State>,
  options: { seen?: State; timeoutMs?: number } = {},
): Promise<State> {
  const { pause, inlineWaitMs, waitTimeoutMs, runs, sealer, now } = services;
  const { run } = step;
  const { signal } = run;
  const digest = inputDigest({ wait: awaited.toWait().ref });
  const timeoutMs = options.timeoutMs ?? waitTimeoutMs;
  const end = pause.now() + inlineWaitMs;
  let known = options.seen;
  for (let looks = 1; ; looks += 1) {
    const state = known ?? (await awaited.look());
    const isNews = known === undefined;
    known = undefined;
    awaited.onLook?.(state);
    if (awaited.isOver(state)) {
      await settleWait(run, runs, digest);
      return state;
    }
    const rest = end - pause.now();
    if (rest > 0) {
      await pause.sleep(Math.min(POLL_MS * looks, rest), signal);
      continue;
    }
    if (!isNews) {
      continue;
    }
    const until = await keepDeadline(step, digest, now() + timeoutMs);
    if (now() >= until) {
      await settleWait(run, runs, digest);
      throw toOverdue(awaited, state, timeoutMs);
    }
    await requireWait(run, services);
    await parkRun({
      run,
      runs,
      sealer,
      inputDigest: digest,
      wait: awaited.toWait(new Date(until).toISOString()),
      title: `Waits for ${awaited.what}`,
      url: awaited.toUrl(state),
    });
    // Over between the question and the parking: look again, not too fast.
    await pause.sleep(POLL_MS, signal);
  }
}

/** Until when this try of the step waits; milliseconds since 1970. */
async function keepDeadline(
  step: ActingStep,
  digest: string,
  proposed: number,
): Promise<number> {
  const failures = await step.countFailures();
  const kept = await step.memory.keep(
    `wait-until.${failures}.${digest.slice(0, 12)}`,
    { until: proposed },
  );
  return Number(kept.until);
}

function toOverdue<State>(
  { what, toUrl, describe }: Awaited<State>,
  state: State,
  timeoutMs: number,
): Error {
  const url = toUrl(state);
  const problem = {
    what: `${toWords(
      timeoutMs,
    )} have passed, and ${what} is not over. ${describe(state)}`,
    whose: 'unknown' as const,
    canPass: true,
    remedy: `Look${
      url ? ` at ${url}` : ''
    } at what holds it up; retry the run when it is over or goes on: it waits anew.`,
  };
  return withProblem(new Error(`${problem.what} ${problem.remedy}`), problem);
}

function toWords(milliseconds: number): string {
  const [count, unit] =
    milliseconds >= 2 * HOUR_MS
      ? [Math.round(milliseconds / HOUR_MS), 'hours']
      : [Math.max(1, Math.round(milliseconds / MINUTE_MS)), 'minutes'];
  return `${count} ${unit}`;
}

async function requireWait(
  run: RunContext,
  services: AwaitServices,
): Promise<void> {
  const problems = await findWaitProblems(run, services);
  if (problems.length > 0) {
    throw new RefusedError(
      `This run would have to wait, and can't. ${problems.join(' ')}`,
    );
  }
}
