import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { createProblemError } from '@self-service/plugin-providers-node';
import { Removal, RemovedPart } from '@self-service/plugin-runs-common';
import { FailureServices } from '../run/failure/ActingStep';
import { FAILURE_OUTPUTS } from '../run/failure/failureOutputs';
import { withFailureBehaviour } from '../run/failure/withFailureBehaviour';
import { inputDigest } from '../run/inputDigest';
import { parkRun } from '../run/parkRun';
import { findWaitProblems, settleWait } from '../run/passGate';
import { RefusedError } from '../run/RefusedError';
import { refuseResource } from '../run/resource';
import { AnyActionContext, RunContext } from '../run/RunContext';
import { EffectServices, requireAdmission } from '../run/withEffect';
import { examples } from './removeResource.examples';

const ACTION = 'resource:remove';

/** How often an inline wait asks the runs backend. */
const POLL_MS = 500;

/** What removing is made of. */
export interface ResourceServices extends EffectServices, FailureServices {
  /** How long a wait polls inside the step before it parks the run. */
  inlineWaitMs: number;
}

/**
 * Has everything undone that a resource consists of, last part first, and
 * waits for it: inline for a short time, then with the run parked.
 *
 * @remarks
 * It leaves no effect, as what is removed is not taken back. The runs backend
 * makes sure that the gate has decided about this resource.
 */
export function createRemoveResourceAction(services: ResourceServices) {
  return createTemplateAction({
    id: ACTION,
    description:
      'Removes what another run has made, and waits for it without holding a worker.',
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        resource: z =>
          z
            .string()
            .min(1)
            .describe(
              'Id of the resource; the parameter that spec.selfService.resource names',
            ),
      },
      output: {
        ...FAILURE_OUTPUTS,
        removed: z => z.array(z.string()).describe('What is removed, in words'),
        retained: z =>
          z
            .array(z.string())
            .describe(
              'What stays and why, in words; what people can do about it',
            ),
      },
    },
    async handler(ctx) {
      const { resource } = ctx.input;
      if (ctx.isDryRun) {
        ctx.logger.info(`Dry run: would remove the resource ${resource}`);
        ctx.output('removed', []);
        ctx.output('retained', []);
        return;
      }
      await withFailureBehaviour(
        ctx as unknown as AnyActionContext,
        services,
        { inputDigest: inputDigest({ resource }) },
        async ({ run }) => {
          run.refuseEach();
          await requireAdmission(run.action, services.approvals, ACTION);
          const { parts } = await follow(run, services, resource);
          ctx.output('removed', describeParts(parts, 'undone'));
          ctx.output('retained', describeParts(parts, 'retained'));
        },
      );
    },
  });
}

/** Begins the removal, and follows it to its end. */
async function follow(
  run: RunContext,
  services: ResourceServices,
  resource: string,
): Promise<Removal> {
  const { runs, pause, inlineWaitMs, sealer } = services;
  const end = pause.now() + inlineWaitMs;
  for (let isFirst = true; ; isFirst = false) {
    const removal = await runs
      .removeResource(resource, { taskId: run.taskId })
      .catch(refuseResource);
    const { outcome, waitRef } = removal;
    const digest = inputDigest({ wait: waitRef });
    if (isFirst) {
      run.action.logger.info(`The resource ${resource} is ${outcome}`);
    }
    if (outcome !== 'removing') {
      await settleWait(run, runs, digest);
      requireRemoved(removal);
      return removal;
    }
    if (pause.now() < end) {
      await pause.sleep(POLL_MS, run.signal);
      continue;
    }
    const problems = await findWaitProblems(run, services);
    if (problems.length > 0) {
      throw new RefusedError(
        `This run would have to wait, and can't. ${problems.join(
          ' ',
        )} The removal goes on by itself.`,
      );
    }
    await parkRun({
      run,
      runs,
      sealer,
      inputDigest: digest,
      wait: { kind: 'resource-removal', ref: waitRef },
      title: `Waits for the removal of ${describeOne(removal)}`,
      url: `/resources/${encodeURIComponent(resource)}`,
    });
    // Over between the question and the parking: ask again, not too fast.
    await pause.sleep(POLL_MS, run.signal);
  }
}

function requireRemoved({ outcome, parts }: Removal): void {
  if (outcome !== 'failed') {
    return;
  }
  const notes = describeParts(parts, 'undo-failed');
  throw createProblemError(Error, {
    what: `Not everything could be removed. ${notes.join(' ')}`.trim(),
    whose: 'unknown',
    canPass: true,
    remedy:
      'Once the cause is put right, retry the run: it removes what still stands.',
  });
}

function describeOne({ parts }: Removal): string {
  const rest = parts.filter(({ status }) => status !== 'undone');
  return rest.length === 1
    ? `${rest[0].kind} ${rest[0].name}`
    : `${rest.length} parts`;
}

function describeParts(
  parts: readonly RemovedPart[],
  wanted: RemovedPart['status'],
): string[] {
  return parts
    .filter(({ status }) => status === wanted)
    .map(({ kind, name, note }) => `${kind} ${name}${note ? `: ${note}` : ''}`);
}
