import { RunsService } from '@self-service/plugin-runs-node';
import { AnyActionContext } from './RunContext';

/**
 * Names of the run's user secrets that this attempt lacks: a task that ended
 * drops them, and a step that names one would run without it.
 */
export async function findMissingSecrets(
  ctx: AnyActionContext,
  runs: RunsService,
): Promise<string[]> {
  const record = await runs.get(ctx.task.id);
  return (record?.secretNames ?? []).filter(
    name => !Object.hasOwn(ctx.secrets ?? {}, name),
  );
}
