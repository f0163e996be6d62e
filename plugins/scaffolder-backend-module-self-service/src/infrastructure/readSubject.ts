import { InputError } from '@backstage/errors';
import { Subject } from '@self-service/plugin-approvals-common';
import { RunContext } from '../run/RunContext';
import {
  chooseInfrastructure,
  followRun,
  InfrastructureServices,
} from './followRun';
import { describeState } from './describeState';

/**
 * Reads what a gate after a pull request decides on: its head, and the plan
 * for that head. Waits for the plan.
 *
 * @throws InputError - the plan has failed: there is nothing to approve
 * @throws WaitingError - the run is parked until the plan is there
 */
export async function readSubject(
  run: RunContext,
  services: InfrastructureServices,
  prUrl: string,
): Promise<Subject> {
  const provider = chooseInfrastructure(services, prUrl);
  const { head } = await provider.getRun(prUrl, { signal: run.action.signal });
  const log = describeState(run.action.logger);
  const state = await followRun(
    run,
    services,
    { pullRequestUrl: prUrl, head, phase: 'plan' },
    log,
  );
  if (state.head !== head) {
    return readSubject(run, services, prUrl);
  }
  if (state.status === 'failed') {
    throw new InputError(
      `The plan of ${prUrl} has failed: ${
        state.description ?? 'no reason given'
      }. Look at ${state.planUrl ?? prUrl}, correct the input and start again.`,
    );
  }
  return {
    pullRequestUrl: prUrl,
    head,
    plan: state.plan && { ...state.plan, url: state.planUrl },
    monthlyCost: state.monthlyCost,
  };
}
