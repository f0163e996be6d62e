import { InputError } from '@backstage/errors';
import {
  TemplateParameterSchema,
  useTemplateSecrets,
} from '@backstage/plugin-scaffolder-react';
import { JsonValue } from '@backstage/types';
import { useCallback, useRef } from 'react';
import { findMasks } from './stripSecrets';

const POLL_MILLISECONDS = 50;
const POLLS = 60;

/**
 * The secrets that belong to the values of a form.
 *
 * @remarks
 * The stock field hands a secret over 300 ms after the last key, while the
 * asterisks that stand for it are among the values at once: whoever submits in
 * between would start a run without it.
 *
 * @param manifest - the template's
 * @param pause - waits so many milliseconds; rejects when the page is left
 * @returns gives the secrets once they are as long as their asterisks; throws
 * an InputError when that does not happen within 3 s
 */
export function useSettledSecrets(
  manifest: Pick<TemplateParameterSchema, 'steps'>,
  pause: (milliseconds: number) => Promise<void>,
): (values: Record<string, JsonValue>) => Promise<Record<string, string>> {
  const { secrets } = useTemplateSecrets();
  const latest = useRef(secrets);
  latest.current = secrets;
  return useCallback(
    async values => {
      const masks = findMasks(values, manifest);
      const findMissing = () =>
        [...masks].find(
          ([name, length]) => latest.current[name]?.length !== length,
        );
      for (let poll = 0; findMissing() && poll < POLLS; poll++) {
        await pause(POLL_MILLISECONDS);
      }
      const [missing] = findMissing() ?? [];
      if (missing) {
        throw new InputError(
          `The secret "${missing}" did not reach the form; go back and type it in again`,
        );
      }
      return latest.current;
    },
    [manifest, pause],
  );
}
