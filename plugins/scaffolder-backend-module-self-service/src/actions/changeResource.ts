import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { FAILURE_OUTPUTS } from '../run/failure/failureOutputs';
import { withFailureBehaviour } from '../run/failure/withFailureBehaviour';
import { inputDigest } from '../run/inputDigest';
import { refuseResource } from '../run/resource';
import { AnyActionContext } from '../run/RunContext';
import { requireAdmission } from '../run/withEffect';
import { examples } from './changeResource.examples';
import { ResourceServices } from './removeResource';

const ACTION = 'resource:change';

/**
 * Begins to change a resource: tells what the server knows of it, whatever a
 * form says. Nobody removes it until the run has ended, and what the run makes
 * becomes a part of it.
 */
export function createChangeResourceAction(services: ResourceServices) {
  return createTemplateAction({
    id: ACTION,
    description:
      'Begins to change what another run has made, and tells what is known of it.',
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
        kind: z => z.string().describe('What it is, for people'),
        name: z => z.string().describe('Its name, for people'),
        environment: z => z.string().optional().describe('Where it is'),
        team: z => z.string().optional().describe('Entity ref of its team'),
        parameters: z =>
          z
            .record(z.any())
            .describe('With what it was made, and what has been changed since'),
      },
    },
    async handler(ctx) {
      const { resource } = ctx.input;
      if (ctx.isDryRun) {
        ctx.logger.info(`Dry run: would change the resource ${resource}`);
        ctx.output('kind', 'resource');
        ctx.output('name', resource);
        ctx.output('parameters', {});
        return;
      }
      await withFailureBehaviour(
        ctx as unknown as AnyActionContext,
        services,
        { inputDigest: inputDigest({ resource }), abortOnly: true },
        async ({ run }) => {
          await requireAdmission(run.action, services.approvals, ACTION);
          const record = await services.runs
            .changeResource(resource, { taskId: run.taskId })
            .catch(refuseResource);
          ctx.logger.info(`Changes ${record.kind} ${record.name}`);
          ctx.output('kind', record.kind);
          ctx.output('name', record.name);
          ctx.output('environment', record.environment);
          ctx.output('team', record.team);
          ctx.output('parameters', record.parameters);
        },
      );
    },
  });
}
