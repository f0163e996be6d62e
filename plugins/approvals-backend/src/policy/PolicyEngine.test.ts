import type { PolicyInput } from '@self-service/plugin-approvals-common';
import * as wasm from '@open-policy-agent/opa-wasm';
import { fixture } from './__testUtils__/cases';
import { shippedBundlePath } from './__testUtils__/shippedBundle';
import { readPolicyBundle, type PolicyBundle } from './PolicyBundle';
import { PolicyEngine } from './PolicyEngine';

const input = fixture.input as unknown as PolicyInput;
const withRequest = (request: object) =>
  ({ ...input, request: { ...input.request, ...request } } as PolicyInput);

describe('PolicyEngine', () => {
  let bundle: PolicyBundle;

  beforeAll(async () => {
    bundle = await readPolicyBundle(shippedBundlePath);
  });

  afterEach(() => jest.restoreAllMocks());

  it('decides, and names what it decides with', async () => {
    const engine = await PolicyEngine.load(bundle);
    expect(engine.revision).toBe(bundle.revision);
    expect(engine.bundleDigest).toBe(bundle.digest);
    expect(engine.evaluate(input).outcome).toBe('auto-approve');
    expect(
      engine.evaluate(withRequest({ environment: 'production' })),
    ).toMatchObject({
      outcome: 'require-approval',
      type: 'single',
      stages: [{ approvers: [{ leadOf: 'group:default/payments' }] }],
    });
    expect(engine.evaluate(withRequest({ monthlyCost: -1 }))).toMatchObject({
      outcome: 'deny',
      stages: [],
    });
  });

  it('decides with other data without touching an engine that stands', async () => {
    const first = await PolicyEngine.load(bundle);
    const approval = {
      ...fixture.approval,
      environments: { dev: { approval: true } },
    };
    const second = await PolicyEngine.load(bundle, { data: { approval } });
    expect(second.evaluate(input).outcome).toBe('require-approval');
    expect(first.evaluate(input).outcome).toBe('auto-approve');
    expect(second.dataDigest).not.toBe(first.dataDigest);
    expect(second.bundleDigest).toBe(first.bundleDigest);
  });

  it('gives equal data an equal digest, whatever the order of keys', async () => {
    const reversed = Object.fromEntries(
      Object.entries(fixture.approval).reverse(),
    );
    const one = await PolicyEngine.load(bundle, {
      data: { approval: fixture.approval },
    });
    const other = await PolicyEngine.load(bundle, {
      data: { approval: reversed },
    });
    expect(other.dataDigest).toBe(one.dataDigest);
  });

  it('compiles a bundle once', async () => {
    const compile = jest.spyOn(WebAssembly, 'compile');
    const copy = { ...bundle, digest: 'another digest' };
    await PolicyEngine.load(copy);
    await PolicyEngine.load(copy);
    expect(compile).toHaveBeenCalledTimes(1);
  });

  it.each([
    ['no approval', {}, 'approval: '],
    [
      'a threshold as text',
      {
        approval: {
          ...fixture.approval,
          cost: { currency: 'USD', lead_from: '1', finance_above: 2 },
        },
      },
      'approval.cost.lead_from: ',
    ],
    [
      'a duration in words',
      {
        approval: {
          ...fixture.approval,
          sla: { single: { due: 'four hours', escalate_after: 'PT1H' } },
        },
      },
      'approval.sla.single.due: must be an ISO 8601 duration',
    ],
    [
      'a freeze with a zone',
      {
        approval: {
          ...fixture.approval,
          freezes: [
            {
              id: 'x',
              from: '2026-12-20T00:00:00+01:00',
              to: '2026-12-21T00:00:00Z',
            },
          ],
        },
      },
      'approval.freezes.0.from: must have the form',
    ],
  ])('refuses data with %s, naming the place', async (_name, data, message) => {
    const error = await PolicyEngine.load(bundle, { data }).catch(e => e);
    expect(error).toMatchObject({ name: 'PolicyError', kind: 'data' });
    expect(error.message).toContain(message);
  });

  it('refuses what is no WebAssembly, and tries again next time', async () => {
    const broken = {
      ...bundle,
      digest: 'broken',
      wasm: new Uint8Array([1, 2, 3]),
    };
    await expect(PolicyEngine.load(broken)).rejects.toMatchObject({
      kind: 'load',
    });
    const mended = { ...broken, wasm: bundle.wasm };
    await expect(PolicyEngine.load(mended)).resolves.toBeInstanceOf(
      PolicyEngine,
    );
  });

  it('asks again after an input that broke the wasm', async () => {
    const engine = await PolicyEngine.load(bundle);
    const text = '['.repeat(50_000) + ']'.repeat(50_000);
    jest.spyOn(JSON, 'stringify').mockReturnValueOnce(text);
    expect(() => engine.evaluate(input)).toThrow('The policy failed');
    expect(engine.evaluate(input).outcome).toBe('auto-approve');
  });

  it.each([
    ['text that is no Unicode', { operation: '\ud800' }],
    ['a number that JSON has not', { monthlyCost: BigInt(1) }],
    ['too much', { parameters: { text: 'x'.repeat(9 * 1024 * 1024) } }],
  ])('fails on %s', async (_name, request) => {
    const engine = await PolicyEngine.load(bundle);
    expect(() => engine.evaluate(withRequest(request))).toThrow(
      expect.objectContaining({ name: 'PolicyError', kind: 'evaluation' }),
    );
  });

  it('denies a cost that is not finite', async () => {
    const engine = await PolicyEngine.load(bundle);
    for (const monthlyCost of [NaN, Infinity, -Infinity]) {
      expect(engine.evaluate(withRequest({ monthlyCost })).outcome).toBe(
        'deny',
      );
    }
  });

  describe('with a runtime that misbehaves', () => {
    const approve = {
      outcome: 'auto-approve',
      type: 'auto',
      risk: 'low',
      stages: [],
      reasons: [],
      warnings: [],
    };
    const stage = {
      id: 'a',
      kind: 'a',
      approvers: [{ group: 'g' }],
      quorum: 1,
      due: 'PT4H',
      escalateAfter: 'PT2H',
      escalateTo: [],
      reasons: ['a'],
    };
    const require = {
      ...approve,
      outcome: 'require-approval',
      type: 'single',
      stages: [stage],
    };

    const throwing = (thrown: unknown) => () => {
      throw thrown;
    };

    function answering(answer: () => unknown) {
      jest
        .spyOn(wasm.LoadedPolicy.prototype, 'evaluate')
        .mockImplementation(answer);
    }

    it.each([
      ['throws a text', throwing('unknown builtin')],
      ['throws an object', throwing({ message: 'not implemented' })],
      ['is undefined', () => []],
      ['gives two results', () => [{ result: approve }, { result: approve }]],
      ['gives no list', () => ({ result: approve })],
      [
        'says a word that we do not know',
        () => [{ result: { ...approve, outcome: 'allow' } }],
      ],
      [
        'approves with a stage',
        () => [{ result: { ...approve, stages: [stage] } }],
      ],
      [
        'approves by another type',
        () => [{ result: { ...approve, type: 'single' } }],
      ],
      ['asks nobody', () => [{ result: { ...require, stages: [] } }]],
      [
        'asks one stage twice',
        () => [{ result: { ...require, stages: [stage, stage] } }],
      ],
      [
        'asks a quorum of none',
        () => [{ result: { ...require, stages: [{ ...stage, quorum: 0 }] } }],
      ],
      [
        'names an approver in another way',
        () => [
          {
            result: {
              ...require,
              stages: [{ ...stage, approvers: [{ anyone: true }] }],
            },
          },
        ],
      ],
      [
        'denies without a reason',
        () => [
          {
            result: { outcome: 'deny', stages: [], reasons: [], warnings: [] },
          },
        ],
      ],
    ])('does not load when it %s', async (_name, answer) => {
      answering(answer);
      await expect(PolicyEngine.load(bundle)).rejects.toMatchObject({
        name: 'PolicyError',
        kind: 'load',
      });
    });

    it('fails at the evaluation when it misbehaves later', async () => {
      const engine = await PolicyEngine.load(bundle);
      answering(() => []);
      expect(() => engine.evaluate(input)).toThrow(
        'The policy has no decision for this request',
      );
      answering(() => [{ result: { ...approve, outcome: 'allow' } }]);
      expect(() => engine.evaluate(input)).toThrow(
        'a result of a wrong shape at 0.result.outcome',
      );
    });
  });
});
