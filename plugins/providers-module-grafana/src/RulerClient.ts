import {
  HttpClient,
  malformedAnswer,
  toProviderError,
} from '@self-service/plugin-providers-node';
import { parse, stringify } from 'yaml';
import { RulerConfig } from './config';
import { RuleGroup, ruleGroupSchema } from './rules';

const VENDOR = 'The Prometheus ruler';
/** What Mimir and Cortex say of a group or namespace that isn't there. */
const ABSENT = /does not exist|no rule groups? found/i;

const CONFIG = 'providers.grafana.ruler';
const CHECK_CONFIG = `Please ask the platform team to check ${CONFIG} in app-config.`;
const REMEDIES = {
  401: CHECK_CONFIG,
  403: 'Ask the platform team to let the user of providers.grafana.ruler write rules of its tenant.',
  404: CHECK_CONFIG,
};

interface RulerCall {
  action: string;
  method: 'GET' | 'POST' | 'DELETE';
  /** Below the ruler's address. */
  path: readonly string[];
  body?: RuleGroup;
  signal?: AbortSignal;
}

/**
 * Calls the configuration API of a ruler: Mimir's, Cortex' and Grafana
 * Cloud's. Rule groups are YAML, one a POST, answered by 202
 * (https://grafana.com/docs/mimir/latest/references/http-api/#ruler-rules).
 */
export class RulerClient {
  constructor(
    private readonly config: RulerConfig,
    private readonly http: Pick<HttpClient, 'fetch' | 'now'>,
  ) {}

  /** `undefined` where there is none. */
  async findGroup(
    namespace: string,
    group: string,
    signal?: AbortSignal,
  ): Promise<RuleGroup | undefined> {
    const action = `read the rule group ${namespace}/${group}`;
    const text = await this.#send({
      action,
      method: 'GET',
      path: [namespace, group],
      signal,
    });
    if (text === undefined) {
      return undefined;
    }
    const result = ruleGroupSchema.safeParse(parseYaml(text));
    if (!result.success) {
      throw malformedAnswer({ vendor: VENDOR, action, check: CONFIG });
    }
    return result.data;
  }

  /** Writes a group in the place of one of the same name. */
  async setGroup(
    namespace: string,
    group: RuleGroup,
    signal?: AbortSignal,
  ): Promise<void> {
    await this.#send({
      action: `write the rule group ${namespace}/${group.name}`,
      method: 'POST',
      path: [namespace],
      body: group,
      signal,
    });
  }

  /** Whether there was one. */
  async removeGroup(
    namespace: string,
    group: string,
    signal?: AbortSignal,
  ): Promise<boolean> {
    const answer = await this.#send({
      action: `remove the rule group ${namespace}/${group}`,
      method: 'DELETE',
      path: [namespace, group],
      signal,
    });
    return answer !== undefined;
  }

  /** The answer's text; `undefined` for what isn't there. */
  async #send(call: RulerCall): Promise<string | undefined> {
    const { url, tenant, authorization, secrets } = this.config;
    const path = call.path.map(encodeURIComponent).join('/');
    const response = await this.http.fetch(`${url}/${path}`, {
      method: call.method,
      headers: {
        ...(authorization && { authorization }),
        ...(tenant && { 'x-scope-orgid': tenant }),
        ...(call.body && { 'content-type': 'application/yaml' }),
      },
      body: call.body && stringify(call.body),
      redirect: 'manual',
      // A group that is written or removed twice is as it was after once.
      repeatable: true,
      signal: call.signal,
    });
    const text = await response.text();
    if (response.status === 404 && ABSENT.test(text)) {
      return undefined;
    }
    if (!response.ok) {
      throw toProviderError({
        vendor: VENDOR,
        action: call.action,
        status: response.status,
        headers: response.headers,
        message: text,
        remedies: REMEDIES,
        secrets,
        now: this.http.now(),
      });
    }
    // Changes are accepted, not answered; a page of a proxy's is a 200.
    if (call.method !== 'GET' && response.status !== 202) {
      throw malformedAnswer({
        vendor: VENDOR,
        action: call.action,
        check: CONFIG,
      });
    }
    return text;
  }
}

function parseYaml(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}
