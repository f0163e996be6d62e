import { ConflictError, InputError, ResponseError } from '@backstage/errors';
import { JsonObject } from '@backstage/types';
import {
  readResourceReference,
  ResourceReference,
  SelfServiceSpec,
  selfServiceSpecSchema,
} from '@self-service/plugin-approvals-common';
import { readEndTime, ResourceRecord } from '@self-service/plugin-runs-common';
import { createProblemError } from '@self-service/plugin-providers-node';
import { RunsService } from '@self-service/plugin-runs-node';
import { RefusedError } from './RefusedError';
import { RunContext } from './RunContext';

/** The part of a run that says what it is about. */
type Declared = Pick<RunContext, 'selfService' | 'parameters'>;

function readDeclaration({
  selfService,
}: Declared): SelfServiceSpec | undefined {
  return selfServiceSpecSchema.safeParse(selfService).data;
}

/**
 * The resource that the run's gate has decided about.
 *
 * @returns `undefined` where it is about none that is known
 * @throws when the runs backend does not answer
 */
export async function findRunResource(
  run: Declared,
  runs: Pick<RunsService, 'findResource'>,
): Promise<ResourceRecord | undefined> {
  const reference: ResourceReference | 'unnamed' | undefined =
    readResourceReference(readDeclaration(run), run.parameters);
  return typeof reference === 'object'
    ? runs.findResource(reference)
    : undefined;
}

/**
 * Refuses a run whose end can't be read or is past: what was to be for a time
 * must not be there for ever.
 *
 * @param now - milliseconds since 1970
 * @throws InputError - with what to give instead
 */
export function requireEndToCome(run: Declared, now: number): void {
  const parameter = readDeclaration(run)?.expires?.parameter;
  const until = parameter && (run.parameters as JsonObject)[parameter];
  if (until === undefined || until === null) {
    return;
  }
  const end = readEndTime(until);
  if (!end || end.getTime() <= now) {
    throw new InputError(
      `'${until}' (${parameter}) is no time to come. Give the last day, for example 2027-01-31.`,
    );
  }
}

/**
 * What the runs backend refuses, is not worth trying again; that somebody else
 * is at work on the resource, may pass.
 *
 * @throws RefusedError, ConflictError, or the error itself where it says
 * something else
 */
export function refuseResource(error: unknown): never {
  if (error instanceof ConflictError) {
    const { cause, message } = error;
    throw createProblemError(ConflictError, {
      what: cause instanceof ResponseError ? cause.body.error.message : message,
      whose: 'yours',
      canPass: true,
      remedy: 'The page of the resource shows how that stands.',
    });
  }
  if (error instanceof ResponseError && error.statusCode < 500) {
    throw new RefusedError(error.body.error.message);
  }
  throw error;
}
