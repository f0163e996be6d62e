import { ConflictError, InputError } from '@backstage/errors';
import { Wait } from '@self-service/plugin-runs-common';
import { RunsService, SecretSealer } from '@self-service/plugin-runs-node';
import { RefusedError } from './RefusedError';
import { RunContext } from './RunContext';
import { WaitingError } from './WaitingError';

/** How long a parked attempt waits for its task's cancellation to arrive. */
const ABORT_TIMEOUT_MS = 60_000;

/**
 * Parks the run: the suspension is written and the task cancelled, which
 * frees the worker. Returns only where the wait is over already.
 *
 * @param options.wait - what the run waits for
 * @param options.inputDigest - with task and step the identity of the wait
 * @param options.title - for people
 * @throws WaitingError - always, unless the wait is over
 * @throws RefusedError - the run has ended meanwhile
 */
export async function parkRun(options: {
  run: RunContext;
  runs: RunsService;
  sealer: SecretSealer | undefined;
  wait: Wait;
  inputDigest: string;
  title: string;
  url?: string;
}): Promise<void> {
  const { run, runs, sealer, wait, inputDigest, title, url } = options;
  const { signal, logger } = run.action;
  signal?.throwIfAborted();
  // An attempt without credentials is the tail of a park that a crash
  // interrupted: the suspension stands, the task is being cancelled.
  if (run.initiator !== 'none') {
    const { outcome } = await runs
      .suspend({
        taskId: run.taskId,
        stepId: run.stepId,
        inputDigest,
        wait,
        title,
        url,
        sealedSecrets: sealUserSecrets(run, sealer),
      })
      .catch(refuse);
    if (outcome === 'signalled') {
      return;
    }
  }
  logger.info(`${title}. The run is parked and goes on by itself.`);
  await aborted(signal);
  throw new WaitingError(title);
}

/**
 * Checks that user secrets survive a wait.
 *
 * @returns what is wrong, in words; empty when nothing is
 */
export function findSecretProblems(
  run: RunContext,
  sealer: SecretSealer | undefined,
): string[] {
  const names = Object.keys(run.userSecrets);
  return names.length > 0 && !sealer
    ? [
        `The run has secrets (${names.join(
          ', ',
        )}) that would be lost while it waits. Ask the platform team to set runs.secretsKey in app-config.`,
      ]
    : [];
}

function sealUserSecrets(
  run: RunContext,
  sealer: SecretSealer | undefined,
): string | undefined {
  const secrets = run.userSecrets;
  const mayStash = run.initiator === 'requester' || run.initiator === 'service';
  if (!mayStash || Object.keys(secrets).length === 0) {
    return undefined;
  }
  if (!sealer) {
    throw new InputError(findSecretProblems(run, sealer).join(' '));
  }
  return sealer.seal(secrets, run.taskId);
}

/** A conflict here says that the run has ended: it waits for nothing more. */
function refuse(error: unknown): never {
  throw error instanceof ConflictError
    ? new RefusedError(error.message, error)
    : error;
}

async function aborted(signal: AbortSignal | undefined): Promise<void> {
  if (!signal || signal.aborted) {
    return;
  }
  await new Promise<void>(resolve => {
    const timer = setTimeout(resolve, ABORT_TIMEOUT_MS);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
