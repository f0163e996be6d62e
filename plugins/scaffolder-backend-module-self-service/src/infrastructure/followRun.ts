import {
  chooseProvider,
  InfrastructureProvider,
  InfrastructureRun,
} from '@self-service/plugin-providers-node';
import { awaitOver, AwaitServices } from '../run/awaitOver';
import { ActingStep } from '../run/failure/ActingStep';
import { toLine } from './describeState';
import {
  InfrastructureWait,
  INFRASTRUCTURE_WAIT,
  isOver,
  toWaitRef,
} from './waitRef';

/** What following an infrastructure run is made of. */
export interface InfrastructureServices extends AwaitServices {
  infrastructure: readonly InfrastructureProvider[];
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
 * Follows one phase of an infrastructure run until it is over; see
 * {@link awaitOver}.
 *
 * @param wait.timeoutMs - how long to wait, in place of the configured time
 * @param onChange - told of every look
 * @param seen - see `awaitOver`
 * @throws WaitingError - the run is parked
 */
export async function followRun(
  step: ActingStep,
  services: InfrastructureServices,
  { timeoutMs, ...wait }: InfrastructureWait & { timeoutMs?: number },
  onChange: (state: InfrastructureRun) => void,
  seen?: InfrastructureRun,
): Promise<InfrastructureRun> {
  const { pullRequestUrl, phase, head } = wait;
  const { signal } = step.run;
  const provider = chooseInfrastructure(services, pullRequestUrl);
  return awaitOver(
    step,
    services,
    {
      look: () => provider.getRun(pullRequestUrl, { signal }),
      isOver: state => isOver(wait, state),
      onLook: onChange,
      toWait: due => ({
        kind: INFRASTRUCTURE_WAIT,
        ref: toWaitRef({ ...wait, due }),
        subject: head,
      }),
      what: `the ${phase === 'plan' ? 'plan' : 'apply'} of ${pullRequestUrl}`,
      toUrl: ({ applyUrl, planUrl }) => applyUrl ?? planUrl ?? pullRequestUrl,
      describe: state => `${toLine(state)}.`.replace(/\.\.$/, '.'),
    },
    { seen, timeoutMs },
  );
}
