import { InputError } from '@backstage/errors';
import { Subject } from '@self-service/plugin-approvals-common';
import { ActingStep } from '../run/failure/ActingStep';
import {
  chooseInfrastructure,
  followRun,
  InfrastructureServices,
} from './followRun';
import { describeState } from './describeState';
import { startAnew } from './startAnew';

/**
 * Reads what a gate after a pull request decides on: its head, and the plan
 * for that head. Waits for the plan; a retry has one made anew that has failed.
 *
 * @throws InputError - the plan has failed: there is nothing to approve
 * @throws WaitingError - the run is parked until the plan is there
 */
export async function readSubject(
  step: ActingStep,
  services: InfrastructureServices,
  prUrl: string,
): Promise<Subject> {
  const { run } = step;
  const provider = chooseInfrastructure(services, prUrl);
  const seen = await provider.getRun(prUrl, { signal: run.signal });
  const { head } = seen;
  const log = describeState(run.action.logger);
  const plan = { pullRequestUrl: prUrl, head, phase: 'plan' as const };
  const planned = await followRun(step, services, plan, log, seen);
  const state =
    planned.head === head
      ? await startAnew(step, services, { provider, plan, planned, log })
      : planned;
  if (state.head !== head) {
    return readSubject(step, services, prUrl);
  }
  if (state.status === 'failed') {
    throw new InputError(
      `The plan of ${prUrl} has failed: ${
        state.description ?? 'no reason given'
      }. Look at ${
        state.planUrl ?? prUrl
      }, retry the run if it may pass, else correct the input and resubmit it.`,
    );
  }
  return {
    pullRequestUrl: prUrl,
    head,
    plan: state.plan && { ...state.plan, url: state.planUrl },
    monthlyCost: state.monthlyCost,
  };
}
