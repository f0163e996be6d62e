import { LoggerService } from '@backstage/backend-plugin-api';
import { toError } from '@backstage/errors';
import {
  Decision,
  deriveFacts,
  Facts,
  listAffectedEntities,
  readResourceReference,
  ResourceFacts,
  ResourceReference,
  toPolicyTime,
  PolicyInput,
  SelfServiceSpec,
  selfServiceSpecSchema,
} from '@self-service/plugin-approvals-common';
import { JsonObject } from '@backstage/types';
import { PolicyArtifacts, PolicyFreeze, PolicyService } from '../policy';

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

/** What is known of the resources that runs are about. */
export interface Resources {
  /**
   * @returns `undefined` for one that is not known
   * @throws when it can't be read: then nothing may be decided
   */
  findResource(
    reference: ResourceReference,
  ): Promise<ResourceFacts | undefined>;
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
  artifacts?: PolicyArtifacts;
}

/** What decisions are made with. */
export interface DeciderOptions {
  policy: Policy;
  freezes: Freezes;
  /** Whose answers must be fresh for each question. */
  newOwners: () => Owners;
  resources: Resources;
  /** `approvals.undeclared`: the declaration of templates that have none. */
  undeclared?: SelfServiceSpec;
  logger: LoggerService;
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
  readonly #resources: Resources;
  readonly #undeclared: SelfServiceSpec | undefined;
  readonly #logger: LoggerService;

  constructor(options: DeciderOptions) {
    this.#policy = options.policy;
    this.#freezes = options.freezes;
    this.#newOwners = options.newOwners;
    this.#resources = options.resources;
    this.#undeclared = options.undeclared;
    this.#logger = options.logger;
  }

  /**
   * What a template is taken to declare.
   *
   * @param selfService - its own declaration, still unchecked
   * @returns `undefined` for one that can't be read, and where there is none
   */
  declarationOf(selfService: unknown): SelfServiceSpec | undefined {
    return this.#readDeclaration(selfService).data;
  }

  /**
   * Decides, and stores nothing.
   *
   * @throws when freezes, owners or the resource can't be read
   */
  async decide(question: Question): Promise<Answer> {
    const { selfService, now, ...rest } = question;
    const declared = this.#readDeclaration(selfService);
    const reference = readResourceReference(declared.data, rest.parameters);
    const resource = await this.#findResource(reference);
    const input: PolicyInput = {
      now: toPolicyTime(now),
      request: deriveFacts({
        ...rest,
        selfService: declared.data,
        resource,
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
    if (reference && !resource) {
      const parameter = declared.data?.resource?.parameter;
      const value = reference === 'unnamed' ? undefined : reference;
      return this.#withoutPolicy(
        input,
        deny('invalid.resource', 'validation', {
          parameter,
          ...(value && { value: Object.values(value)[0] }),
        }),
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

  /**
   * What people call the resource that a run is about; `undefined` where it is
   * about none that is known.
   *
   * @param selfService - the declaration, still unchecked
   * @throws when it can't be read
   */
  async nameResource(
    selfService: unknown,
    parameters: JsonObject,
  ): Promise<string | undefined> {
    const declaration = selfServiceSpecSchema.safeParse(selfService).data;
    const reference = readResourceReference(declaration, parameters);
    return (await this.#findResource(reference))?.name;
  }

  async #findResource(
    reference: ReturnType<typeof readResourceReference>,
  ): Promise<ResourceFacts | undefined> {
    return typeof reference === 'object'
      ? this.#resources.findResource(reference)
      : undefined;
  }

  #readDeclaration(selfService: unknown) {
    return selfService === undefined
      ? { success: true as const, data: this.#undeclared }
      : selfServiceSpecSchema.safeParse(selfService);
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
