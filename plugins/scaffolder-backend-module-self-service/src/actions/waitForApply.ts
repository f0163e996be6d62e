import { ConflictError } from '@backstage/errors';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { Effect } from '@self-service/plugin-runs-common';
import { inputDigest } from '../run/inputDigest';
import { FAILURE_OUTPUTS } from '../run/failure/failureOutputs';
import { ActingStep, FailureServices } from '../run/failure/ActingStep';
import { withFailureBehaviour } from '../run/failure/withFailureBehaviour';
import { AnyActionContext } from '../run/RunContext';
import { withEffect } from '../run/withEffect';
import {
  applyPullRequest,
  wasNeverApplied,
} from '../infrastructure/applyPullRequest';
import {
  chooseInfrastructure,
  InfrastructureServices,
} from '../infrastructure/followRun';
import { findPinnedHead } from '../infrastructure/findPinnedHead';
import { AppliedOutputs, readOutputs } from '../infrastructure/readOutputs';
import { timeoutInput, toTimeoutMs } from '../run/timeout';
import { examples } from './waitForApply.examples';

const ACTION = 'terraform:wait-for-apply';

/**
 * Applies the head of a pull request that was decided on and waits for the
 * outcome: inline for a short time, then with the run parked.
 */
export function createWaitForApplyAction(
  services: InfrastructureServices & FailureServices,
) {
  return createTemplateAction({
    id: ACTION,
    description:
      'Applies the Terraform change of a pull request and waits for it without holding a worker.',
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        prUrl: z => z.string().url().describe('Address of the pull request'),
        apply: z =>
          z
            .boolean()
            .optional()
            .describe(
              'Whether to start the apply (default); false only waits for one that somebody else starts',
            ),
        existing: z =>
          z
            .boolean()
            .optional()
            .describe(
              'Whether the pull request changes what another run has made (no without): a rollback then never destroys it',
            ),
        timeout: timeoutInput,
      },
      output: {
        ...FAILURE_OUTPUTS,
        headCommit: z => z.string().describe('Commit id that was applied'),
        applyUrl: z => z.string().optional().describe('Log of the apply'),
        outputs: z =>
          z
            .record(z.any())
            .describe('Terraform outputs that are not sensitive'),
        secretReferences: z =>
          z
            .record(z.any())
            .describe(
              'Where the sensitive Terraform outputs lie, by name; never their values',
            ),
      },
    },
    async handler(ctx) {
      const { prUrl, apply = true, existing, timeout } = ctx.input;
      if (ctx.isDryRun) {
        ctx.logger.info(`Dry run: would apply ${prUrl} and wait for it`);
        ctx.output('headCommit', 'dry-run');
        ctx.output('outputs', {});
        ctx.output('secretReferences', {});
        return;
      }
      const context = ctx as unknown as AnyActionContext;
      const digest = inputDigest({ prUrl, apply, existing });
      await withFailureBehaviour(
        context,
        services,
        { inputDigest: digest },
        async step => {
          const { effect, outputs } = await applyOnce(step, services, {
            prUrl,
            start: apply,
            existing,
            timeoutMs: toTimeoutMs(timeout),
            inputDigest: digest,
          });
          ctx.output('headCommit', String(effect.reference?.head));
          ctx.output('applyUrl', effect.url);
          ctx.output('outputs', outputs.values);
          ctx.output('secretReferences', { ...outputs.sensitive });
        },
      );
    },
  });
}

async function applyOnce(
  step: ActingStep,
  services: InfrastructureServices,
  options: {
    prUrl: string;
    start: boolean;
    existing?: boolean;
    timeoutMs?: number;
    inputDigest: string;
  },
): Promise<{ effect: Effect; outputs: AppliedOutputs }> {
  const { prUrl, start, inputDigest: digest } = options;
  const mark = options.existing ? { existing: true } : {};
  const { run } = step;
  run.refuseEach();
  const { signal } = run.action;
  const provider = chooseInfrastructure(services, prUrl);
  const head =
    (await findPinnedHead(run, services.runs, prUrl)) ??
    (await provider.getRun(prUrl, { signal })).head;
  const effect = await withEffect(
    run.action,
    services,
    {
      action: ACTION,
      inputDigest: digest,
      capability: 'infrastructure',
      provider: provider.id,
      kind: 'apply',
      name: prUrl,
      reference: { head, ...mark },
      provesAbsence: () => wasNeverApplied(step, { provider, prUrl }),
    },
    async (_key, claimed, actSignal) => {
      const pinned = claimed.reference?.head;
      if (typeof pinned !== 'string') {
        throw new ConflictError(
          `The record of this apply names no head; it can't be told what was decided on. Start the run again.`,
        );
      }
      const acting = {
        run: run.during(actSignal),
        memory: step.memory,
        countFailures: () => step.countFailures(),
      };
      const applied = await applyPullRequest(acting, services, {
        provider,
        prUrl,
        head: pinned,
        start,
        timeoutMs: options.timeoutMs,
      });
      return { ...applied, reference: { ...applied.reference, ...mark } };
    },
  );
  return { effect, outputs: await readOutputs(effect, provider, { signal }) };
}
