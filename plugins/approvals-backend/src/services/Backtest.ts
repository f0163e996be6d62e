import { InputError, toError } from '@backstage/errors';
import {
  BacktestChange,
  BacktestQuestion,
  BacktestReport,
  Decision,
  explain,
  PolicyInput,
} from '@self-service/plugin-approvals-common';
import { PolicyHistory, RecordedDecision } from '../database';
import {
  canonicalJson,
  effectiveData,
  freezeSchema,
  mergePatch,
  PolicyBundle,
  PolicyEngine,
  PolicyError,
  PolicyFreeze,
  readPolicyBundle,
} from '../policy';
import { decisionsSince, isWithoutPolicy, toExample } from './RecordedPolicies';

const MAXIMUM_EXAMPLES = 20;

/** What decides now, for whatever a proposal leaves out. */
export interface CurrentPolicy {
  bundle: PolicyBundle;
  overrides: Record<string, unknown> | undefined;
}

/**
 * A proposed policy: a bundle and settings, with the freezes that people had
 * made when a recorded decision was taken.
 */
class Proposal {
  readonly #bundle: PolicyBundle;
  readonly #data: Record<string, unknown>;
  readonly #engines = new Map<string, Promise<PolicyEngine>>();

  /**
   * @throws InputError when what is proposed does not work
   */
  static async create(
    question: BacktestQuestion,
    current: CurrentPolicy | undefined,
  ): Promise<Proposal> {
    try {
      const bundle = question.bundle
        ? await readPolicyBundle(Buffer.from(question.bundle, 'base64'))
        : current?.bundle;
      if (!bundle) {
        throw new InputError(
          'No policy is loaded on which the proposal could be tried; propose a bundle with it',
        );
      }
      const configured = effectiveData(bundle.data, current?.overrides, []);
      const approval = mergePatch(
        question.data ?? configured.approval,
        question.overrides ?? {},
      );
      const proposal = new Proposal(bundle, { ...configured, approval });
      await proposal.engine([]);
      return proposal;
    } catch (error) {
      if (error instanceof PolicyError) {
        throw new InputError(
          `The proposed policy does not work: ${error.message}`,
        );
      }
      throw error;
    }
  }

  private constructor(bundle: PolicyBundle, data: Record<string, unknown>) {
    this.#bundle = bundle;
    this.#data = data;
  }

  /** The proposed policy with some freezes besides its own. */
  async engine(freezes: PolicyFreeze[]): Promise<PolicyEngine> {
    const key = canonicalJson(freezes);
    let engine = this.#engines.get(key);
    if (!engine) {
      const data = effectiveData(this.#data, undefined, freezes);
      engine = PolicyEngine.load(this.#bundle, { data });
      this.#engines.set(key, engine);
      if (this.#engines.size > 16) {
        const [oldest] = this.#engines.keys();
        this.#engines.delete(oldest);
      }
    }
    return engine;
  }
}

/** Of the data of a recorded decision, the freezes that people had made. */
class RecordedFreezes {
  readonly #history: PolicyHistory;
  readonly #made: Set<string>;
  readonly #freezes = new Map<string, PolicyFreeze[]>();

  /** @param made - ids of every freeze that people ever made */
  constructor(history: PolicyHistory, made: Set<string>) {
    this.#history = history;
    this.#made = made;
  }

  async of(dataDigest: string): Promise<PolicyFreeze[]> {
    let freezes = this.#freezes.get(dataDigest);
    if (!freezes) {
      const data = await this.#history.findData(dataDigest);
      const listed = (data as { approval?: { freezes?: unknown } } | undefined)
        ?.approval?.freezes;
      freezes = freezeSchema
        .array()
        .catch([])
        .parse(listed ?? [])
        .filter(({ id }) => this.#made.has(id));
      this.#freezes.set(dataDigest, freezes);
    }
    return freezes;
  }
}

function decide(engine: PolicyEngine, input: PolicyInput): Decision {
  try {
    return engine.evaluate(input);
  } catch (error) {
    // As the backend does: no answer is a deny.
    return {
      outcome: 'deny',
      stages: [],
      reasons: [
        {
          code: 'policy.error',
          dimension: 'policy',
          params: { message: toError(error).message },
        },
      ],
      warnings: [],
    };
  }
}

function approversOf({ type, stages }: Decision): string {
  return canonicalJson({
    type,
    stages: stages.map(({ id, approvers, quorum }) => ({
      id,
      approvers,
      quorum,
    })),
  });
}

/**
 * What a proposed decision changes about a recorded one.
 *
 * @returns `undefined` where nothing of weight changes: reasons and service
 * levels may still differ
 */
export function changeBetween(
  before: Decision,
  after: Decision,
): BacktestChange | undefined {
  if (before.outcome !== after.outcome) {
    return (
      {
        'auto-approve': 'auto-approved',
        'require-approval': 'routed',
        deny: 'denied',
      } as const
    )[after.outcome];
  }
  return approversOf(before) === approversOf(after)
    ? undefined
    : 'approvers-changed';
}

function noChanges(): BacktestReport['changes'] {
  const none = () => ({ count: 0, examples: [] });
  return {
    'auto-approved': none(),
    routed: none(),
    denied: none(),
    'approvers-changed': none(),
  };
}

function add(
  changes: BacktestReport['changes'],
  recorded: RecordedDecision,
  after: Decision,
): boolean {
  const before = recorded.decision.result;
  const change = changeBetween(before, after);
  if (!change) {
    return false;
  }
  changes[change].count += 1;
  if (changes[change].examples.length < MAXIMUM_EXAMPLES) {
    changes[change].examples.push({
      ...toExample(recorded),
      before: explain(before),
      after: explain(after),
    });
  }
  return true;
}

/**
 * Asks a proposed policy about recorded decisions and tells what would have
 * been decided otherwise.
 *
 * @remarks
 * Each is asked with the facts and the time of then, and with the freezes
 * that people had made and that applied to it.
 *
 * @param options.since - ISO 8601
 * @param options.madeFreezes - ids of every freeze that people ever made
 * @throws InputError when the proposal does not work
 */
export async function backtest(options: {
  question: BacktestQuestion;
  current: CurrentPolicy | undefined;
  history: PolicyHistory;
  since: string;
  madeFreezes: string[];
}): Promise<BacktestReport> {
  const { question, current, history, since } = options;
  const proposal = await Proposal.create(question, current);
  const freezes = new RecordedFreezes(history, new Set(options.madeFreezes));
  const changes = noChanges();
  const manual = { before: 0, after: 0 };
  const count = { checked: 0, unchanged: 0, withoutPolicy: 0 };
  for await (const recorded of decisionsSince(history, since)) {
    const { decision } = recorded;
    if (isWithoutPolicy(decision)) {
      count.withoutPolicy += 1;
      continue;
    }
    count.checked += 1;
    const engine = await proposal.engine(await freezes.of(decision.dataDigest));
    const after = decide(engine, decision.input);
    manual.before += Number(decision.result.outcome === 'require-approval');
    manual.after += Number(after.outcome === 'require-approval');
    if (!add(changes, recorded, after)) {
      count.unchanged += 1;
    }
  }
  return {
    since,
    ...count,
    changes,
    manualShare:
      count.checked === 0
        ? undefined
        : {
            before: manual.before / count.checked,
            after: manual.after / count.checked,
          },
  };
}
