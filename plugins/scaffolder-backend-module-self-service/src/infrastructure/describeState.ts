import { LoggerService } from '@backstage/backend-plugin-api';
import { InfrastructureRun } from '@self-service/plugin-providers-node';

/**
 * Writes each new state of an infrastructure run into the step's log, once,
 * with the links that a reader wants next.
 */
export function describeState(
  logger: LoggerService,
): (state: InfrastructureRun) => void {
  let last = '';
  return state => {
    const line = toLine(state);
    if (line !== last) {
      last = line;
      logger.info(line);
    }
  };
}

/** How it stands, in one line. */
export function toLine(state: InfrastructureRun): string {
  const head = state.head.slice(0, 7);
  const plan = state.plan
    ? `: ${state.plan.add} to add, ${state.plan.change} to change, ${state.plan.destroy} to destroy`
    : '';
  switch (state.status) {
    case 'planning':
      return `Planning ${head}`;
    case 'planned':
      return `Planned ${head}${plan}. ${state.planUrl ?? ''}`.trimEnd();
    case 'applying':
      if (state.awaitsStart) {
        return `Planned the merge of ${head}${plan}. ${
          state.applyUrl ?? ''
        }`.trimEnd();
      }
      return `Applying ${head}. ${state.applyUrl ?? ''}`.trimEnd();
    case 'applied':
      return `Applied ${head}. ${state.applyUrl ?? ''}`.trimEnd();
    case 'failed':
      return `The ${state.failedPhase ?? 'run'} of ${head} has failed: ${
        state.description ?? 'no reason given'
      }`;
    default:
      return `No plan for ${head} yet`;
  }
}
