import { loadPolicySync } from '@open-policy-agent/opa-wasm';
import {
  decisionSchema,
  type Decision,
  type PolicyInput,
} from '@self-service/plugin-approvals-common';
import { z } from 'zod';
import { canonicalJson, sha256 } from './canonicalJson';
import { parsePolicyData, type PolicyData } from './dataSchema';
import { missingBuiltins } from './hostBuiltins';
import type { PolicyBundle } from './PolicyBundle';
import { PolicyError } from './PolicyError';

/**
 * The rule that is asked.
 */
export const policyEntrypoint = 'selfservice/approval/decision';

type Instance = ReturnType<typeof loadPolicySync>;

const resultSetSchema = z.tuple([z.object({ result: decisionSchema })]);

// Wasm memory never shrinks: past this an instance is replaced.
const maximumInstanceBytes = 32 * 1024 * 1024;
const maximumInputBytes = 8 * 1024 * 1024;

const maximumCachedModules = 4;
const modules = new Map<string, Promise<WebAssembly.Module>>();

/**
 * One policy bundle with one set of data, ready to decide in this process.
 *
 * @remarks
 * Never changes: for other data or another bundle, load another engine and
 * swap the reference.
 */
export class PolicyEngine {
  /** Revision of the bundle: a digest of its sources. */
  readonly revision: string;
  /** SHA-256 of the bundle file. */
  readonly bundleDigest: string;
  /** SHA-256 of the effective data, written as canonical JSON. */
  readonly dataDigest: string;
  /** The effective data document. */
  readonly data: PolicyData;

  readonly #module: WebAssembly.Module;
  #instance: Instance;

  /**
   * Compiles a bundle (once per digest), sets its data and tries it.
   *
   * @param options - `data` replaces the bundle's whole data document.
   * @throws PolicyError of kind `data` or `load`.
   */
  static async load(
    bundle: PolicyBundle,
    options: { data?: unknown } = {},
  ): Promise<PolicyEngine> {
    const data = parsePolicyData(options.data ?? bundle.data);
    const module = await compile(bundle);
    try {
      const missing = missingBuiltins(module);
      if (missing.length > 0) {
        throw new Error(
          `it needs builtins that the wasm runtime lacks: ${missing.join(
            ', ',
          )}`,
        );
      }
      const engine = new PolicyEngine(bundle, data, module);
      engine.#smokeTest();
      return engine;
    } catch (error) {
      throw new PolicyError(
        'load',
        `The policy ${bundle.revision} does not work with this data`,
        error,
      );
    }
  }

  private constructor(
    bundle: PolicyBundle,
    data: PolicyData,
    module: WebAssembly.Module,
  ) {
    this.revision = bundle.revision;
    this.bundleDigest = bundle.digest;
    this.data = data;
    this.dataDigest = sha256(canonicalJson(data));
    this.#module = module;
    this.#instance = this.#instantiate();
  }

  /**
   * Decides one request; takes some tens of microseconds.
   *
   * @throws PolicyError of kind `evaluation` when there is no usable answer.
   */
  evaluate(input: PolicyInput): Decision {
    let answer: unknown;
    try {
      answer = this.#instance.evaluate(encode(input), policyEntrypoint);
    } catch (error) {
      // The memory of an instance that trapped is in an unknown state.
      this.#instance = this.#instantiate();
      throw error instanceof PolicyError
        ? error
        : new PolicyError('evaluation', 'The policy failed', error);
    }
    if (this.#instance.mem.buffer.byteLength > maximumInstanceBytes) {
      this.#instance = this.#instantiate();
    }
    const parsed = resultSetSchema.safeParse(answer);
    if (!parsed.success) {
      const undefinedResult = Array.isArray(answer) && answer.length === 0;
      throw new PolicyError(
        'evaluation',
        undefinedResult
          ? 'The policy has no decision for this request'
          : `The policy gave a result of a wrong shape at ${places(
              parsed.error,
            )}`,
      );
    }
    return parsed.data[0].result;
  }

  #instantiate(): Instance {
    const instance = loadPolicySync(this.#module);
    instance.setData(this.data);
    return instance;
  }

  /** Builtins that are missing, and results of a wrong shape, show only here. */
  #smokeTest() {
    for (const input of smokeInputs(this.data)) {
      this.evaluate(input);
    }
  }
}

function compile(bundle: PolicyBundle): Promise<WebAssembly.Module> {
  const cached = modules.get(bundle.digest);
  if (cached) {
    return cached;
  }
  const compiled = WebAssembly.compile(new Uint8Array(bundle.wasm)).catch(
    error => {
      modules.delete(bundle.digest);
      throw new PolicyError(
        'load',
        'The policy bundle holds no valid WebAssembly',
        error,
      );
    },
  );
  modules.set(bundle.digest, compiled);
  if (modules.size > maximumCachedModules) {
    const [oldest] = modules.keys();
    modules.delete(oldest);
  }
  return compiled;
}

/**
 * Writes the input for the wasm. Done here, as the runtime would take a falsy
 * input for none and has no limit.
 */
function encode(input: PolicyInput): ArrayBuffer {
  const bytes = new TextEncoder().encode(JSON.stringify(input));
  if (bytes.byteLength > maximumInputBytes) {
    throw new PolicyError(
      'evaluation',
      `The request is too large for policy: ${bytes.byteLength} bytes`,
    );
  }
  return bytes.buffer;
}

/** Requests that take every branch which a result can have. */
function smokeInputs(data: PolicyData): PolicyInput[] {
  const now = '2000-01-01T00:00:00Z';
  const team = 'group:default/smoke-test';
  const request = (environment: string, operation: string, cost: number) => ({
    now,
    request: {
      template: 'template:default/smoke-test',
      operation,
      environment,
      monthlyCost: cost,
      team,
      affectedTeams: [team],
      requester: { ref: 'user:default/smoke-test', teams: [team] },
      parameters: {},
    },
  });
  const { cost, high_risk_operations, compliance_operations } = data.approval;
  const operations = [
    'smoke:test',
    ...high_risk_operations.slice(0, 1),
    ...compliance_operations.slice(0, 1),
  ];
  const [freeze] = data.approval.freezes;
  return [
    ...[...Object.keys(data.approval.environments), ''].flatMap(environment =>
      operations.flatMap(operation => [
        request(environment, operation, 0),
        request(environment, operation, cost.finance_above + 1),
      ]),
    ),
    ...Object.keys(data.approval.environments).map(environment => ({
      now: freeze?.from ?? now,
      request: {
        ...request(environment, operations[0], 0).request,
        affectedTeams: [team, 'group:default/smoke-test-of-others'],
      },
    })),
  ];
}

function places(error: z.ZodError): string {
  return error.issues.map(issue => issue.path.join('.')).join(', ');
}
