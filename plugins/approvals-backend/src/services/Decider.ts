import { LoggerService } from '@backstage/backend-plugin-api';
import { toError } from '@backstage/errors';
import {
  Decision,
  deriveFacts,
  Facts,
  listAffectedEntities,
  toPolicyTime,
  PolicyInput,
  SelfServiceSpec,
  selfServiceSpecSchema,
} from '@self-service/plugin-approvals-common';
import { JsonObject } from '@backstage/types';
import { PolicyArchive } from '../database';
import { PolicyFreeze, PolicyService } from '../policy';

/** Digest of a decision that no policy made. */
const NO_POLICY = 'none';

/** The part of `PolicyService` that decisions need. */
export type Policy = Pick<PolicyService, 'evaluate' | 'artifacts'>;

/** What people have frozen. */
export interface Freezes {
  /**
   * The freezes that may stop a request: without those that exempt it.
   *
   * @throws when they can't be read: then nothing may be decided
   */
  applyingTo(facts: Facts, now: Date): Promise<PolicyFreeze[]>;
}

/** Who owns what a run affects. */
export interface Owners {
  /**
   * Owning group refs of an entity; none for one without.
   *
   * @throws when the catalog can't be read: then nothing may be decided
   */
  ownersOf(entityRef: string): Promise<string[]>;
}

/** What is to be decided. */
export interface Question {
  templateRef: string;
  /** The template's declaration, still unchecked; `undefined` without one. */
  selfService: unknown;
  parameters: JsonObject;
  requester: { ref?: string; teams: string[] };
  /** What the plan is estimated to cost a month, where there is one. */
  estimatedMonthlyCost?: number;
  now: Date;
}

/** A decision with what it was made from. */
export interface Answer {
  input: PolicyInput;
  decision: Decision;
  bundleDigest: string;
  dataDigest: string;
  /** What policy decided with; absent where no policy did. */
  artifacts?: PolicyArchive;
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
 * A policy without an answer, and a declaration that can't be read, are a
 * deny that says so. Freezes that can't be read are an error: they lie in the
 * database in which a decision would have to be stored.
 */
export class Decider {
  readonly #policy: Policy;
  readonly #freezes: Freezes;
  readonly #newOwners: () => Owners;
  readonly #undeclared: SelfServiceSpec | undefined;
  readonly #logger: LoggerService;

  /**
   * @param options.newOwners - whose answers must be fresh for each question
   * @param options.undeclared - `approvals.undeclared`: the declaration of
   * templates that have none
   */
  constructor(options: {
    policy: Policy;
    freezes: Freezes;
    newOwners: () => Owners;
    undeclared?: SelfServiceSpec;
    logger: LoggerService;
  }) {
    this.#policy = options.policy;
    this.#freezes = options.freezes;
    this.#newOwners = options.newOwners;
    this.#undeclared = options.undeclared;
    this.#logger = options.logger;
  }

  /**
   * Decides, and stores nothing.
   *
   * @throws when freezes or owners can't be read
   */
  async decide(question: Question): Promise<Answer> {
    const { selfService, now, ...rest } = question;
    const declared =
      selfService === undefined
        ? { success: true as const, data: this.#undeclared }
        : selfServiceSpecSchema.safeParse(selfService);
    const input: PolicyInput = {
      now: toPolicyTime(now),
      request: deriveFacts({
        ...rest,
        selfService: declared.data,
        owners: await this.#readOwners(declared.data, rest.parameters),
      }),
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
    const freezes = await this.#freezes.applyingTo(input.request, now);
    try {
      const { decision, bundleDigest, dataDigest, artifacts } =
        await this.#policy.evaluate(input, freezes);
      return { input, decision, bundleDigest, dataDigest, artifacts };
    } catch (error) {
      this.#logger.error('The policy gave no answer: denied', toError(error));
      const { message } = toError(error);
      return this.#withoutPolicy(
        input,
        deny('policy.error', 'policy', { message }),
      );
    }
  }

  async #readOwners(
    selfService: SelfServiceSpec | undefined,
    parameters: JsonObject,
  ): Promise<Record<string, string[]>> {
    const owners = this.#newOwners();
    const refs = listAffectedEntities(selfService, parameters);
    return Object.fromEntries(
      await Promise.all(
        refs.map(async ref => [ref, await owners.ownersOf(ref)] as const),
      ),
    );
  }

  #withoutPolicy(input: PolicyInput, decision: Decision): Answer {
    const artifacts = this.#policy.artifacts();
    const { bundleDigest = NO_POLICY, dataDigest = NO_POLICY } =
      artifacts ?? {};
    return { input, decision, bundleDigest, dataDigest, artifacts };
  }
}
