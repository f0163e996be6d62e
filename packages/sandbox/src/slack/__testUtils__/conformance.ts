import Ajv, { ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import description from '../__fixtures__/slackWebApi.json';

type Json = Record<string, unknown>;

/**
 * What Slack has added since it last published the description (2021), by
 * where it is: in the SDK's types and on the methods' pages.
 */
const ADDED_SINCE = {
  message: ['edited', 'metadata'],
  user: ['is_email_confirmed'],
  /** Cursors of histories; codes of errors are in a list that has grown. */
  answer: ['response_metadata', 'needed', 'provided'],
};

const methods = description.methods as unknown as Record<
  string,
  { '200': Json; default: Json }
>;

/**
 * Checks answers against Slack's published description of its Web API.
 *
 * @remarks
 * Swagger 2.0 knows neither alternatives nor `null`: the description writes
 * `items` with a list outside of arrays for "one of these". What it gets wrong
 * is named where it is mended.
 */
export class SlackConformance {
  readonly #ajv = new Ajv({ strict: false, logger: false, allErrors: true });
  readonly #validators = new Map<string, ValidateFunction>();

  constructor() {
    addFormats(this.#ajv);
    for (const [name, schema] of Object.entries(description.definitions)) {
      this.#ajv.addSchema(translate(schema) as Json, `definition:${name}`);
    }
  }

  /** What is wrong with an answer; empty when it conforms. */
  problems(method: string, answer: Json): string[] {
    const kind = answer.ok === true ? '200' : 'default';
    const validate = this.#validator(method, kind);
    validate(withoutAdditions(answer));
    return (validate.errors ?? [])
      .filter(({ instancePath }) => kind === '200' || instancePath !== '/error')
      .map(({ instancePath, message }) => `${instancePath || '/'} ${message}`);
  }

  #validator(method: string, kind: '200' | 'default'): ValidateFunction {
    const key = `${method} ${kind}`;
    const known = this.#validators.get(key);
    if (known) {
      return known;
    }
    const schema = translate(methods[method][kind]) as Json;
    const validate = this.#ajv.compile(mend(method, kind, schema));
    this.#validators.set(key, validate);
    return validate;
  }
}

/** It calls the list of blocks an object, and has no empty history. */
function mend(method: string, kind: string, schema: Json): Json {
  const properties = { ...(schema.properties as Record<string, Json>) };
  if (kind === '200' && method === 'chat.update') {
    properties.message = { $ref: 'definition:objs_message' };
  }
  if (kind === '200' && method === 'conversations.history') {
    properties.messages = { ...properties.messages, minItems: 0 };
  }
  if (kind === '200' && method === 'conversations.replies') {
    properties.messages = {
      type: 'array',
      items: { $ref: 'definition:objs_message' },
    };
  }
  return { ...schema, properties };
}

function translate(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(translate);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const { $ref, items, ...rest } = value as Json;
  if (typeof $ref === 'string') {
    return { $ref: `definition:${$ref.split('/').pop()}` };
  }
  const translated = Object.fromEntries(
    Object.entries(rest).map(([key, item]) => [key, translate(item)]),
  );
  if (items === undefined) {
    return translated;
  }
  return Array.isArray(items)
    ? { ...translated, anyOf: items.map(translate) }
    : { ...translated, items: translate(items) };
}

function omit(value: Json, names: string[]): Json {
  return Object.fromEntries(
    Object.entries(value).filter(([name]) => !names.includes(name)),
  );
}

function withoutAdditions(answer: Json): Json {
  const { message, messages, user } = answer as {
    message?: Json;
    messages?: Json[];
    user?: unknown;
  };
  // `conversations.list` has had its cursors from the start.
  const names = answer.channels ? [] : ADDED_SINCE.answer;
  return {
    ...omit(answer, names),
    ...(message && { message: strip(message) }),
    ...(messages && { messages: messages.map(strip) }),
    ...(typeof user === 'object' && {
      user: omit(user as Json, ADDED_SINCE.user),
    }),
  };
}

/** A reply has what the description knows of the first message only. */
function strip(message: Json): Json {
  return omit(message, ADDED_SINCE.message);
}
