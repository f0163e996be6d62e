import {
  InfrastructureProvider,
  InfrastructureRun,
} from '@self-service/plugin-providers-node';
import { ActingStep } from '../run/failure/ActingStep';
import { followRun, InfrastructureServices } from './followRun';
import { InfrastructureWait } from './waitRef';

/** How long a vendor that was asked to plan anew may still show the old end. */
const PICK_UP_MS = 30_000;
const PICK_UP_POLL_MS = 1_000;

/**
 * Has a plan made anew where plan or apply has failed: once for each failure
 * of the step, so that an attempt which comes back from a wait tells a new
 * failure from the one it was to mend.
 *
 * @returns the state with its new plan; the old one where there is nothing to
 * start anew
 * @throws WaitingError - the run is parked until the new plan is there
 */
export async function startAnew(
  step: ActingStep,
  services: InfrastructureServices,
  of: {
    provider: InfrastructureProvider;
    plan: InfrastructureWait & { timeoutMs?: number };
    planned: InfrastructureRun;
    log: (state: InfrastructureRun) => void;
  },
): Promise<InfrastructureRun> {
  const { provider, plan, planned, log } = of;
  const { memory, run } = step;
  const failures = await step.countFailures();
  const key = `started-anew.${failures}`;
  if (
    planned.status !== 'failed' ||
    failures === 0 ||
    (await memory.find(key))
  ) {
    return planned;
  }
  const { signal } = run;
  const { pullRequestUrl, head } = plan;
  run.action.logger.info(`${pullRequestUrl} is planned again`);
  await provider.startApply(pullRequestUrl, { head, signal });
  await memory.keep(key, { head });
  const { pause } = services;
  const end = pause.now() + PICK_UP_MS;
  for (;;) {
    const state = await provider.getRun(pullRequestUrl, { signal });
    if (state.status !== 'failed') {
      return followRun(step, services, plan, log);
    }
    if (pause.now() >= end) {
      return state;
    }
    await pause.sleep(PICK_UP_POLL_MS, signal);
  }
}
