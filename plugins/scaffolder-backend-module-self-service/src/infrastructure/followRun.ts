import {
  chooseProvider,
  InfrastructureProvider,
  InfrastructureRun,
} from '@self-service/plugin-providers-node';
import { parkRun } from '../run/parkRun';
import { findWaitProblems, settleWait, WaitServices } from '../run/passGate';
import { Pause } from '../run/Pause';
import { inputDigest } from '../run/inputDigest';
import { RefusedError } from '../run/RefusedError';
import { RunContext } from '../run/RunContext';
import {
  InfrastructureWait,
  INFRASTRUCTURE_WAIT,
  isOver,
  toWaitRef,
} from './waitRef';

/**
 * How long an inline wait leaves the vendor alone before its second look, and
 * by how much longer before each further one.
 */
const POLL_MS = 500;

/** What following an infrastructure run is made of. */
export interface InfrastructureServices extends WaitServices {
  infrastructure: readonly InfrastructureProvider[];
  pause: Pause;
  /** How long a wait polls inside the step before it parks the run. */
  inlineWaitMs: number;
}

/**
 * Picks the infrastructure provider that serves a pull request.
 *
 * @throws NotFoundError, ConflictError - none does, or several do
 */
export function chooseInfrastructure(
  { infrastructure }: InfrastructureServices,
  prUrl: string,
): InfrastructureProvider {
  return chooseProvider(
    infrastructure,
    provider => provider.serves(prUrl),
    `pull request ${prUrl}`,
  );
}

/**
 * Follows one phase of an infrastructure run until it is over: a short time
 * within the step, then with the run parked.
 *
 * @param onChange - told of every new status, in words
 * @param seen - what a look of just now has shown, in the place of the first
 * one; where something was started since then, nothing can have come of it yet
 * @throws WaitingError - the run is parked
 */
export async function followRun(
  run: RunContext,
  services: InfrastructureServices,
  wait: InfrastructureWait,
  onChange: (state: InfrastructureRun) => void,
  seen?: InfrastructureRun,
): Promise<InfrastructureRun> {
  const { pause, inlineWaitMs, runs, sealer } = services;
  const { signal } = run;
  const provider = chooseInfrastructure(services, wait.pullRequestUrl);
  const digest = inputDigest({ wait: toWaitRef(wait) });
  const end = pause.now() + inlineWaitMs;
  let known = seen;
  for (let looks = 1; ; looks += 1) {
    const state =
      known ?? (await provider.getRun(wait.pullRequestUrl, { signal }));
    const isNews = known === undefined;
    known = undefined;
    onChange(state);
    if (isOver(wait, state)) {
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
    await requireWait(run, services);
    await parkRun({
      run,
      runs,
      sealer,
      inputDigest: digest,
      wait: {
        kind: INFRASTRUCTURE_WAIT,
        ref: toWaitRef(wait),
        subject: wait.head,
      },
      title: `Waits for the ${wait.phase === 'plan' ? 'plan' : 'apply'} of ${
        wait.pullRequestUrl
      }`,
      url: state.applyUrl ?? state.planUrl ?? wait.pullRequestUrl,
    });
    // Over between the question and the parking: look again, not too fast.
    await pause.sleep(POLL_MS, signal);
  }
}

async function requireWait(
  run: RunContext,
  services: InfrastructureServices,
): Promise<void> {
  const problems = await findWaitProblems(run, services);
  if (problems.length > 0) {
    throw new RefusedError(
      `This run would have to wait, and can't. ${problems.join(' ')}`,
    );
  }
}
