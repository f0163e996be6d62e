import { TaskSpec } from '@backstage/plugin-scaffolder-common';
import { JsonObject } from '@backstage/types';
import { MadeWithin } from '@self-service/plugin-providers-node';
import {
  Effect,
  StepRollback,
  stepRollbackSchema,
} from '@self-service/plugin-runs-common';
import { Leftover, LEFTOVER_DIGEST } from '../../database/EffectStore';
import { TaskEvent } from '../TaskReader';

/** Whether a step with an action that keeps no ledger made it. */
export function isStock({ reference }: Effect): boolean {
  return reference?.stock === true;
}

/**
 * Whether a thing of this name may be another's: the step with the stock
 * action has begun, and did not finish.
 */
export function mayBeAnothers({ reference }: Effect): boolean {
  return reference?.completed !== true;
}

/**
 * When the step with the stock action ran that made it: proof of what is its.
 * `undefined` where its step did not finish, and others may have made it.
 */
export function madeWithin(effect: Effect): MadeWithin | undefined {
  const { from, to } = effect.reference ?? {};
  return isStock(effect) &&
    !mayBeAnothers(effect) &&
    typeof from === 'string' &&
    typeof to === 'string'
    ? { from, to }
    : undefined;
}

/**
 * Whether the run is known to have made it, also once it is being undone.
 * What was only intended has no address.
 */
export function isCreated(effect: Effect): boolean {
  return effect.url !== undefined;
}

/**
 * What the steps of a run that declare `rollback` may have left behind: of
 * those that have begun, by the rendered name.
 *
 * @param spec - of the task
 * @param events - of the task, of all its attempts
 */
export function findLeftovers(
  taskId: string,
  spec: Pick<TaskSpec, 'steps' | 'parameters'>,
  events: readonly TaskEvent[],
): Omit<Leftover, 'provider'>[] {
  return spec.steps.flatMap(step => {
    const declared: unknown = (step as { rollback?: unknown }).rollback;
    const own = events.filter(({ body }) => body.stepId === step.id);
    const begun = own.find(({ body }) => body.status === 'processing');
    const completed = own.findLast(({ body }) => body.status === 'completed');
    if (declared === undefined || !begun) {
      return [];
    }
    const rollback = stepRollbackSchema.safeParse(declared).data;
    const target = rollback && readTarget(rollback, spec.parameters);
    return {
      // What names nothing is shown, and nothing undoes it.
      ...(target ?? {
        capability: 'unknown',
        kind: step.action,
        name: step.name ?? step.id,
      }),
      taskId,
      stepId: step.id,
      inputDigest: LEFTOVER_DIGEST,
      reference: {
        stock: true,
        completed: completed !== undefined,
        ...(completed && readTimes(own, completed)),
      },
      createdAt: new Date(begun.createdAt),
    };
  });
}

/** When the attempt of a step ran that has finished it. */
function readTimes(
  own: readonly TaskEvent[],
  completed: TaskEvent,
): MadeWithin | undefined {
  const begun = own.findLast(
    ({ id, body }) => body.status === 'processing' && id < completed.id,
  );
  const [from, to] = [begun, completed].map(event =>
    event ? new Date(event.createdAt) : new Date(NaN),
  );
  return Number.isNaN(from.getTime()) || Number.isNaN(to.getTime())
    ? undefined
    : { from: from.toISOString(), to: to.toISOString() };
}

type Target = Pick<Leftover, 'capability' | 'kind' | 'name'>;

/** `undefined` where the input does not name anything. */
function readTarget(
  { operation, input }: StepRollback,
  parameters: JsonObject,
): Target | undefined {
  const read = (key: string) => render(input[key], parameters);
  const repository = readRepository(read('repoUrl'));
  switch (operation) {
    case 'git:close-pull-request': {
      const branch = read('branch');
      return repository && branch
        ? {
            capability: 'git',
            kind: 'pull request',
            name: `${repository}#${branch}`,
          }
        : undefined;
    }
    case 'git:delete-repository':
      return repository
        ? { capability: 'git', kind: 'repository', name: repository }
        : undefined;
    default: {
      const path = read('path');
      return path
        ? { capability: 'secrets', kind: 'secret', name: path }
        : undefined;
    }
  }
}

/** Puts parameters in; `undefined` where one is missing. */
function render(
  text: string | undefined,
  parameters: JsonObject,
): string | undefined {
  let missing = false;
  const rendered = text?.replace(/\{([^{}]+)\}/g, (_, name: string) => {
    const value = parameters[name];
    if (typeof value === 'string' || typeof value === 'number') {
      return String(value);
    }
    missing = true;
    return '';
  });
  return missing ? undefined : rendered;
}

/** Reads `host?owner=o&repo=r` as `host/o/r`. */
function readRepository(repoUrl: string | undefined): string | undefined {
  const [host, query] = repoUrl?.split('?') ?? [];
  const parameters = new URLSearchParams(query ?? '');
  const [owner, repo] = [parameters.get('owner'), parameters.get('repo')];
  return host && owner && repo ? `${host}/${owner}/${repo}` : undefined;
}
