import { LoggerService } from '@backstage/backend-plugin-api';
import { toError } from '@backstage/errors';
import {
  Decision,
  deriveFacts,
  toPolicyTime,
  PolicyInput,
  SelfServiceSpec,
  selfServiceSpecSchema,
} from '@self-service/plugin-approvals-common';
import { JsonObject } from '@backstage/types';
import { PolicyArchive } from '../database';
import { PolicyService } from '../policy';

/** Digest of a decision that no policy made. */
const NO_POLICY = 'none';

/** The part of `PolicyService` that decisions need. */
export type Policy = Pick<PolicyService, 'evaluate' | 'artifacts'>;

/** What is to be decided. */
export interface Question {
  templateRef: string;
  /** The template's declaration, still unchecked; `undefined` without one. */
  selfService: unknown;
  parameters: JsonObject;
  requester: { ref?: string; teams: string[] };
  now: Date;
}

/** A decision with what it was made from. */
export interface Answer {
  input: PolicyInput;
  decision: Decision;
  bundleDigest: string;
  dataDigest: string;
}

function deny(
  code: string,
  dimension: string,
  params: Record<string, unknown>,
): Decision {
  return {
    outcome: 'deny',
    stages: [],
    reasons: [{ code, dimension, params }],
    warnings: [],
  };
}

/**
 * Derives the facts and asks the policy: the one way to a decision, for gates
 * and for previews.
 *
 * @remarks
 * Never throws for want of an answer: a policy without one, and a declaration
 * that can't be read, are a deny that says so.
 */
export class Decider {
  readonly #policy: Policy;
  readonly #undeclared: SelfServiceSpec | undefined;
  readonly #logger: LoggerService;

  /**
   * @param options.undeclared - `approvals.undeclared`: the declaration of
   * templates that have none
   */
  constructor(options: {
    policy: Policy;
    undeclared?: SelfServiceSpec;
    logger: LoggerService;
  }) {
    this.#policy = options.policy;
    this.#undeclared = options.undeclared;
    this.#logger = options.logger;
  }

  /** Decides, and stores nothing. */
  decide(question: Question): Answer {
    const { selfService, now, ...rest } = question;
    const declared =
      selfService === undefined
        ? { success: true as const, data: this.#undeclared }
        : selfServiceSpecSchema.safeParse(selfService);
    const input: PolicyInput = {
      now: toPolicyTime(now),
      request: deriveFacts({ ...rest, selfService: declared.data }),
    };
    if (!declared.success) {
      const problems = declared.error.issues.map(
        ({ path, message }) =>
          `${['spec.selfService', ...path].join('.')}: ${message}`,
      );
      return this.#withoutPolicy(
        input,
        deny('invalid.declaration', 'validation', { problems }),
      );
    }
    try {
      const { decision, bundleDigest, dataDigest } =
        this.#policy.evaluate(input);
      return { input, decision, bundleDigest, dataDigest };
    } catch (error) {
      this.#logger.error('The policy gave no answer: denied', toError(error));
      const { message } = toError(error);
      return this.#withoutPolicy(
        input,
        deny('policy.error', 'policy', { message }),
      );
    }
  }

  /** The current policy, to be archived with its decisions. */
  artifacts(): PolicyArchive | undefined {
    return this.#policy.artifacts();
  }

  #withoutPolicy(input: PolicyInput, decision: Decision): Answer {
    const { bundleDigest = NO_POLICY, dataDigest = NO_POLICY } =
      this.#policy.artifacts() ?? {};
    return { input, decision, bundleDigest, dataDigest };
  }
}
