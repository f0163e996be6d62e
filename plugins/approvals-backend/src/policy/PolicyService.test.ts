import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mockServices } from '@backstage/backend-test-utils';
import type { PolicyInput } from '@self-service/plugin-approvals-common';
import { fixture } from './__testUtils__/cases';
import { shippedBundlePath } from './__testUtils__/shippedBundle';
import { PolicyService, type PolicyServiceOptions } from './PolicyService';

const input = fixture.input as unknown as PolicyInput;
const freeze = {
  id: 'audit',
  from: '2026-11-01T00:00:00Z',
  to: '2026-12-01T00:00:00Z',
};

describe('PolicyService', () => {
  const time = new Date('2026-11-22T10:00:00Z');
  const logger = mockServices.logger.mock();
  let directory: string;
  let bundlePath: string;

  beforeEach(async () => {
    jest.clearAllMocks();
    directory = await mkdtemp(join(tmpdir(), 'policy-service-'));
    bundlePath = join(directory, 'bundle.tar.gz');
    await copyFile(shippedBundlePath, bundlePath);
  });

  afterEach(() => rm(directory, { recursive: true }));

  const create = (options: Partial<PolicyServiceOptions> = {}) =>
    PolicyService.create({ bundlePath, logger, now: () => time, ...options });

  it('decides and says what with', async () => {
    const service = await create();
    const { decision, ...names } = service.evaluate(input);
    expect(decision.outcome).toBe('auto-approve');
    expect(service.status()).toEqual({ loaded: { ...names, at: time } });
    expect(service.artifacts()).toMatchObject({
      bundleDigest: names.bundleDigest,
      dataDigest: names.dataDigest,
    });
  });

  it('puts overrides and freezes on the shipped data', async () => {
    const service = await create({
      overrides: { cost: { lead_from: 10 }, environments: { staging: null } },
      freezes: [freeze],
    });
    const { decision } = service.evaluate(input);
    expect(decision.reasons.map(({ code }) => code)).toEqual([
      'cost.lead',
      'time.freeze',
    ]);
    const data = service.artifacts()?.data.approval;
    expect(data?.cost).toEqual({
      currency: 'USD',
      lead_from: 10,
      finance_above: 500,
    });
    expect(Object.keys(data?.environments ?? {})).toEqual([
      'dev',
      'production',
    ]);
    expect(data?.freezes.map(({ id }) => id)).toEqual(['year-end', 'audit']);
  });

  it('swaps to other freezes, and back', async () => {
    const service = await create();
    const { dataDigest } = service.evaluate(input);
    await service.setFreezes([freeze]);
    expect(service.evaluate(input).decision.outcome).toBe('require-approval');
    expect(service.evaluate(input).dataDigest).not.toBe(dataDigest);
    await service.setFreezes([]);
    expect(service.evaluate(input).dataDigest).toBe(dataDigest);
  });

  it('does nothing when the freezes are the same', async () => {
    const service = await create({ freezes: [freeze] });
    const before = service.artifacts()?.data;
    await service.setFreezes([{ ...freeze }]);
    expect(service.artifacts()?.data).toBe(before);
  });

  it('keeps the policy that works when the next one does not', async () => {
    const service = await create();
    const before = service.status().loaded;
    await writeFile(bundlePath, 'not a bundle');
    await expect(service.reload()).rejects.toMatchObject({ kind: 'bundle' });
    expect(service.evaluate(input).decision.outcome).toBe('auto-approve');
    expect(service.status()).toEqual({
      loaded: before,
      lastError: {
        message: expect.stringContaining('not a readable .tar.gz'),
        at: time,
      },
    });
    expect(logger.error).toHaveBeenCalledTimes(1);

    await copyFile(shippedBundlePath, bundlePath);
    await service.reload();
    expect(service.status()).toEqual({ loaded: before });
  });

  it('keeps the policy that works when a freeze is unusable', async () => {
    const service = await create();
    const broken = { ...freeze, from: 'tomorrow' };
    await expect(service.setFreezes([broken])).rejects.toMatchObject({
      kind: 'data',
    });
    expect(service.evaluate(input).decision.outcome).toBe('auto-approve');
    expect(service.status().lastError?.message).toContain(
      'approval.freezes.1.from',
    );
  });

  it('starts without a policy, denies by throwing, and recovers with its freezes', async () => {
    await rm(bundlePath);
    const service = await create();
    expect(service.status().loaded).toBeUndefined();
    expect(service.artifacts()).toBeUndefined();
    expect(() => service.evaluate(input)).toThrow(
      /^No policy is loaded: The policy bundle .* could not be read/,
    );
    await expect(service.setFreezes([freeze])).rejects.toMatchObject({
      kind: 'bundle',
    });

    await copyFile(shippedBundlePath, bundlePath);
    await service.reload();
    expect(service.evaluate(input).decision.outcome).toBe('require-approval');
  });

  it('loads one after the other, so that the last call counts', async () => {
    const service = await create();
    const calls = [[freeze], [], [freeze], []].map(list =>
      service.setFreezes(list),
    );
    await Promise.all(calls);
    expect(service.evaluate(input).decision.outcome).toBe('auto-approve');
  });
});
