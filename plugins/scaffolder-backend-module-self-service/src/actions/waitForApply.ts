import { AuthService } from '@backstage/backend-plugin-api';
import { ConflictError } from '@backstage/errors';
import {
  createTemplateAction,
  ScaffolderService,
} from '@backstage/plugin-scaffolder-node';
import { inputDigest } from '../run/inputDigest';
import { AnyActionContext, RunContext } from '../run/RunContext';
import { withEffect } from '../run/withEffect';
import { applyPullRequest } from '../infrastructure/applyPullRequest';
import {
  chooseInfrastructure,
  InfrastructureServices,
} from '../infrastructure/followRun';
import { findPinnedHead } from '../infrastructure/findPinnedHead';
import { examples } from './waitForApply.examples';

const ACTION = 'terraform:wait-for-apply';

/**
 * Applies the head of a pull request that was decided on and waits for the
 * outcome: inline for a short time, then with the run parked.
 */
export function createWaitForApplyAction(
  services: InfrastructureServices & {
    auth: AuthService;
    scaffolder: ScaffolderService;
  },
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
      },
      output: {
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
      const { prUrl, apply = true } = ctx.input;
      if (ctx.isDryRun) {
        ctx.logger.info(`Dry run: would apply ${prUrl} and wait for it`);
        ctx.output('headCommit', 'dry-run');
        ctx.output('outputs', {});
        ctx.output('secretReferences', {});
        return;
      }
      const context = ctx as unknown as AnyActionContext;
      const run = await RunContext.read(context, services);
      run.refuseEach();
      const provider = chooseInfrastructure(services, prUrl);
      const digest = inputDigest({ prUrl, apply });
      const head =
        (await findPinnedHead(run, services.runs, prUrl)) ??
        (await provider.getRun(prUrl, { signal: ctx.signal })).head;
      const { reference, url } = await withEffect(
        context,
        services,
        {
          action: ACTION,
          inputDigest: digest,
          capability: 'infrastructure',
          provider: provider.id,
          kind: 'apply',
          name: prUrl,
          reference: { head },
        },
        async (_key, claimed) => {
          const pinned = claimed.reference?.head;
          if (typeof pinned !== 'string') {
            throw new ConflictError(
              `The record of this apply names no head; it can't be told what was decided on. Start the run again.`,
            );
          }
          return applyPullRequest(run, services, {
            provider,
            prUrl,
            head: pinned,
            start: apply,
          });
        },
      );
      ctx.output('headCommit', String(reference?.head));
      ctx.output('applyUrl', url);
      ctx.output('outputs', reference?.outputs ?? {});
      ctx.output('secretReferences', reference?.secretReferences ?? {});
    },
  });
}
