import {
  coreServices,
  createServiceFactory,
  UrlReaderService,
} from '@backstage/backend-plugin-api';
import { InputError, NotFoundError } from '@backstage/errors';
import { JsonObject, JsonValue } from '@backstage/types';
import {
  Condition,
  conditionServiceRef,
  ConditionState,
} from '@self-service/plugin-runs-node';
import { isEqual } from 'lodash';
import { z } from 'zod';

/** More of an answer is not read. */
const MAXIMUM_BYTES = 1_000_000;

const inputSchema = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  pointer: z
    .string()
    .regex(/^(\/.*)?$/, 'is a JSON pointer, for example /status/phase')
    .optional(),
  equals: z.json().optional(),
  fails: z.array(z.json()).optional(),
});

function read(input: JsonObject) {
  const parsed = inputSchema.safeParse(input);
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues;
    throw new InputError(
      `with.${
        path.join('.') || '?'
      }: ${message}. Write url (http or https), and for an answer in JSON pointer with equals, and fails for values that end the wait.`,
    );
  }
  const { url, pointer, equals, fails = [] } = parsed.data;
  if ((equals !== undefined || fails.length > 0) && pointer === undefined) {
    throw new InputError(
      'with.pointer is missing: it says which part of the answer equals and fails are about. The whole answer is "".',
    );
  }
  if (pointer !== undefined && equals === undefined) {
    throw new InputError(
      'with.equals is missing: the value that with.pointer is to have.',
    );
  }
  return { url, pointer, equals, fails };
}

/**
 * Finds a value by its JSON pointer.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6901
 */
function findAt(document: unknown, pointer: string): JsonValue | undefined {
  let value = document;
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    value =
      value !== null && typeof value === 'object' && Object.hasOwn(value, key)
        ? (value as Record<string, unknown>)[key]
        : undefined;
  }
  return value as JsonValue | undefined;
}

/**
 * That an address answers, or that a part of its answer in JSON has a value.
 *
 * @remarks
 * Read with the portal's own reader: only hosts of `backend.reading.allow` and
 * of `integrations`, with the credentials of those. A 404 is "not yet".
 */
export function createHttpCondition(urlReader: UrlReaderService): Condition {
  return {
    kind: 'http',
    describe(input) {
      const { url, pointer, equals } = read(input);
      return {
        title:
          pointer === undefined
            ? `an answer of ${url}`
            : `${JSON.stringify(equals)} in ${
                pointer || 'the answer'
              } of ${url}`,
        subject: url,
      };
    },
    async check(input, options) {
      const { url, pointer, equals, fails } = read(input);
      let text: string;
      try {
        const answer = await urlReader.readUrl(url, options);
        text = (await answer.buffer()).toString('utf8');
      } catch (error) {
        if (error instanceof NotFoundError) {
          return { status: 'open', description: `${url} answers 404.`, url };
        }
        throw error;
      }
      if (pointer === undefined) {
        return { status: 'met', description: `${url} answers.`, url };
      }
      return judge({ url, pointer, equals, fails, text });
    },
  };
}

function judge(look: {
  url: string;
  pointer: string;
  equals: unknown;
  fails: readonly unknown[];
  text: string;
}): ConditionState {
  const { url, pointer, equals, fails, text } = look;
  let value: JsonValue | undefined;
  try {
    value = findAt(JSON.parse(text.slice(0, MAXIMUM_BYTES)), pointer);
  } catch {
    return { status: 'open', description: `${url} answers no JSON.`, url };
  }
  const shown = JSON.stringify(value)?.slice(0, 200) ?? 'nothing';
  const description = `${pointer || 'The answer'} of ${url} is ${shown}.`;
  if (isEqual(value, equals)) {
    return { status: 'met', description, url, output: { value: value ?? '' } };
  }
  return {
    status: fails.some(failure => isEqual(value, failure)) ? 'failed' : 'open',
    description,
    url,
  };
}

/** Adds the condition to scaffolder and runs backend. */
export const httpCondition = createServiceFactory({
  service: conditionServiceRef,
  deps: { urlReader: coreServices.urlReader },
  factory: ({ urlReader }) => createHttpCondition(urlReader),
});
