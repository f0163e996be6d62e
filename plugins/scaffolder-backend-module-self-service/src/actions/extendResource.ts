import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { FAILURE_OUTPUTS } from '../run/failure/failureOutputs';
import { withFailureBehaviour } from '../run/failure/withFailureBehaviour';
import { inputDigest } from '../run/inputDigest';
import { refuseResource } from '../run/resource';
import { AnyActionContext } from '../run/RunContext';
import { requireAdmission } from '../run/withEffect';
import { examples } from './extendResource.examples';
import { ResourceServices } from './removeResource';

const ACTION = 'resource:extend';

/**
 * Moves the end of a resource.
 *
 * @remarks
 * It leaves no effect: another extension sets another end.
 */
export function createExtendResourceAction(services: ResourceServices) {
  return createTemplateAction({
    id: ACTION,
    description: 'Moves the end of what another run has made for a time.',
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
        until: z =>
          z
            .string()
            .min(1)
            .describe('The last day, YYYY-MM-DD, or a time with its zone'),
      },
      output: {
        ...FAILURE_OUTPUTS,
        expiresAt: z => z.string().describe('When it ends; ISO 8601'),
      },
    },
    async handler(ctx) {
      const { resource, until } = ctx.input;
      if (ctx.isDryRun) {
        ctx.logger.info(`Dry run: would extend ${resource} until ${until}`);
        ctx.output('expiresAt', until);
        return;
      }
      await withFailureBehaviour(
        ctx as unknown as AnyActionContext,
        services,
        { inputDigest: inputDigest({ resource, until }) },
        async ({ run }) => {
          await requireAdmission(run.action, services.approvals, ACTION);
          const { expiresAt, endedBefore = 'never' } = await services.runs
            .extendResource(resource, { taskId: run.taskId, until })
            .catch(refuseResource);
          ctx.logger.info(`It ends ${expiresAt}; before, ${endedBefore}`);
          ctx.output('expiresAt', expiresAt);
        },
      );
    },
  });
}
