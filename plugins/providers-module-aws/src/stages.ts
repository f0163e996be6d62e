import { InputError } from '@backstage/errors';
import { CallOptions } from '@self-service/plugin-providers-node';
import { conflict } from './conflict';
import { SecretsManagerApi } from './SecretsManagerApi';

/** On the version that readers get. */
export const CURRENT = 'AWSCURRENT';
/** On the one that they got before; AWS moves it by itself. */
export const PREVIOUS = 'AWSPREVIOUS';

const AFTER = 'self-service-after-';

/** Label of a version that a run wrote in the place of another one. */
export function toAfterStage(previous: string): string {
  return `${AFTER}${previous}`;
}

/** Which version one was written in the place of, by its labels. */
export function readAfterStage(stages: readonly string[]): string | undefined {
  return stages.find(stage => stage.startsWith(AFTER))?.slice(AFTER.length);
}

/**
 * Moves a label from a version to another one, or removes it. AWS compares
 * where it is, so of two at once one wins.
 *
 * @remarks
 * Repeated after an unknown outcome, AWS refuses what is done already: so the
 * labels are looked at before it is called a conflict.
 *
 * @param move.to - none: remove it
 * @throws ConflictError - the label is on another version
 */
export async function moveStage(
  api: SecretsManagerApi,
  name: string,
  move: { stage: string; from: string; to?: string },
  options: CallOptions,
): Promise<void> {
  try {
    await api.moveStage({ name, ...move }, options);
  } catch (error) {
    if (!(error instanceof InputError)) {
      throw error;
    }
    const { stage, from, to } = move;
    const stages = (await api.describe(name, options))?.stages ?? {};
    const isDone =
      to === undefined
        ? !stages[from]?.includes(stage)
        : stages[to]?.includes(stage);
    if (!isDone) {
      throw conflict(
        `Somebody has moved the label ${stage} of the secret ${name} meanwhile.`,
        'Look at its versions, then try again.',
      );
    }
  }
}
