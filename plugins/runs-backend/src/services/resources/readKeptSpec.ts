import { ResponseError } from '@backstage/errors';
import { TaskSpec } from '@backstage/plugin-scaffolder-common';
import { TaskReader } from '../TaskReader';

/**
 * What a task was started with; `undefined` where the scaffolder keeps it no
 * longer.
 *
 * @throws when the scaffolder does not answer
 */
export async function readKeptSpec(
  tasks: TaskReader,
  taskId: string,
): Promise<TaskSpec | undefined> {
  try {
    return await tasks.readSpec(taskId);
  } catch (error) {
    const { name, statusCode } = error as Partial<ResponseError>;
    if (statusCode === 404 || name === 'NotFoundError') {
      return undefined;
    }
    throw error;
  }
}
