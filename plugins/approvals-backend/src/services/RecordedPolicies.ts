import { parseEntityRef } from '@backstage/catalog-model';
import { DecisionRecord, PolicyHistory, RecordedDecision } from '../database';
import { PolicyEngine, PolicyError, readPolicyBundle } from '../policy';

const PAGE_SIZE = 200;
const MAXIMUM_ENGINES = 8;
const DAY = 24 * 60 * 60 * 1000;

/** The moment some days before another, as ISO 8601. */
export function daysBefore(now: Date, days: number): string {
  return new Date(now.getTime() - days * DAY).toISOString();
}

/** Decisions from a time on, oldest first, read a page at a time. */
export async function* decisionsSince(
  history: PolicyHistory,
  since: string,
): AsyncGenerator<RecordedDecision> {
  let after: number | undefined;
  for (;;) {
    const page = await history.pageDecisions({
      since,
      after,
      limit: PAGE_SIZE,
    });
    yield* page;
    if (page.length < PAGE_SIZE) {
      return;
    }
    after = page[page.length - 1].sequence;
  }
}

/**
 * Whether the backend denied without the policy's word: the declaration could
 * not be read, or the policy failed.
 */
export function isWithoutPolicy({ result }: DecisionRecord): boolean {
  return result.reasons.some(({ code }) =>
    ['policy.error', 'invalid.declaration', 'invalid.resource'].includes(code),
  );
}

function templateName(ref: string): string {
  try {
    return parseEntityRef(ref).name;
  } catch {
    return ref || 'unknown template';
  }
}

/** How a recorded decision is shown in a report. */
export function toExample({ decision, title }: RecordedDecision) {
  const { template, parameters, environment } = decision.input.request;
  const name =
    typeof parameters.name === 'string' ? parameters.name : decision.taskId;
  return {
    decisionId: decision.id,
    taskId: decision.taskId,
    title:
      title ??
      `${templateName(template)}: ${name}${
        environment ? ` (${environment})` : ''
      }`,
    createdAt: decision.createdAt,
  };
}

/**
 * Loads the archived policies of recorded decisions, each once.
 */
export class RecordedPolicies {
  readonly #history: PolicyHistory;
  readonly #engines = new Map<string, Promise<PolicyEngine>>();

  constructor(history: PolicyHistory) {
    this.#history = history;
  }

  /**
   * The policy that made a decision.
   *
   * @throws PolicyError when it is not in the archive, or not what its
   * digests say
   */
  async engineOf(decision: DecisionRecord): Promise<PolicyEngine> {
    const { bundleDigest, dataDigest } = decision;
    const key = `${bundleDigest} ${dataDigest}`;
    let engine = this.#engines.get(key);
    if (!engine) {
      engine = this.#load(bundleDigest, dataDigest);
      this.#engines.set(key, engine);
      if (this.#engines.size > MAXIMUM_ENGINES) {
        const [oldest] = this.#engines.keys();
        this.#engines.delete(oldest);
      }
    }
    return engine;
  }

  async #load(bundleDigest: string, dataDigest: string): Promise<PolicyEngine> {
    const content = await this.#history.findBundle(bundleDigest);
    const data = await this.#history.findData(dataDigest);
    if (!content || data === undefined) {
      throw new PolicyError(
        'bundle',
        `The archive lacks the ${content ? 'data' : 'bundle'} of this decision`,
      );
    }
    const engine = await PolicyEngine.load(await readPolicyBundle(content), {
      data,
    });
    if (
      engine.bundleDigest !== bundleDigest ||
      engine.dataDigest !== dataDigest
    ) {
      throw new PolicyError(
        'bundle',
        'What the archive holds is not what the digests of this decision say',
      );
    }
    return engine;
  }
}
