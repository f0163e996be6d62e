import { JsonObject } from '@backstage/types';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { GATE_ACTION } from '@self-service/plugin-approvals-common';
import { InfrastructureServices } from '../infrastructure/followRun';
import { readSubject } from '../infrastructure/readSubject';
import { inputDigest } from '../run/inputDigest';
import { passGate } from '../run/passGate';
import { FailureServices } from '../run/failure/ActingStep';
import { withFailureBehaviour } from '../run/failure/withFailureBehaviour';
import { requireEndToCome } from '../run/resource';
import { AnyActionContext } from '../run/RunContext';
import { examples } from './gate.examples';

/**
 * The gate: asks for a decision and, where people must decide, parks the run
 * until they have.
 *
 * @remarks
 * `selfService` and its digest are put in by the catalog processor; what an
 * author writes there is replaced. With `prUrl` the decision is about the
 * pull request's head as planned, and no other head is applied.
 */
export function createGateAction(
  services: InfrastructureServices & FailureServices,
) {
  return createTemplateAction({
    id: GATE_ACTION,
    description:
      'Asks policy whether the run may go on, and people where policy says so. The run waits without holding a worker.',
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        prUrl: z =>
          z
            .string()
            .url()
            .optional()
            .describe(
              'Address of the pull request to decide on, for a gate that stands after it',
            ),
        selfService: z =>
          z
            .record(z.any())
            .optional()
            .describe('Put in from spec.selfService; leave it out'),
        selfServiceDigest: z =>
          z.string().optional().describe('Put in; leave it out'),
      },
      output: {
        outcome: z =>
          z.string().describe('auto-approve or require-approval (approved)'),
        decisionId: z => z.string().describe('Id of the stored decision'),
        requestId: z =>
          z
            .string()
            .optional()
            .describe('Id of the request, if people decided'),
      },
    },
    async handler(ctx) {
      const { prUrl, selfService, selfServiceDigest } = ctx.input;
      if (ctx.isDryRun) {
        ctx.logger.info(
          'Dry run: a real run asks policy here, and people where policy says so.',
        );
        ctx.output('outcome', 'auto-approve');
        ctx.output('decisionId', 'dry-run');
        return;
      }
      const own = {
        prUrl,
        selfService: selfService as JsonObject | undefined,
        selfServiceDigest,
      };
      await withFailureBehaviour(
        ctx as unknown as AnyActionContext,
        services,
        { inputDigest: inputDigest(own), abortOnly: true },
        async step => {
          const { run } = step;
          run.refuseEach();
          requireEndToCome(run, services.now());
          const subject = prUrl
            ? await readSubject(step, services, prUrl)
            : undefined;
          const { decision, request } = await passGate(run, services, {
            inputDigest: inputDigest({ ...own, head: subject?.head }),
            subject,
          });
          ctx.output('outcome', decision.decision.outcome);
          ctx.output('decisionId', decision.id);
          if (request) {
            ctx.output('requestId', request.id);
          }
        },
      );
    },
  });
}
