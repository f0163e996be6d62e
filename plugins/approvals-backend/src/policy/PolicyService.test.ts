import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mockServices } from '@backstage/backend-test-utils';
import type { PolicyInput } from '@self-service/plugin-approvals-common';
import { fixture } from './__testUtils__/cases';
import { shippedBundlePath } from './__testUtils__/shippedBundle';
import { FileBundleSource } from './BundleSource';
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
    PolicyService.create({
      source: new FileBundleSource(bundlePath),
      logger,
      now: () => time,
      ...options,
    });

  it('decides and says what with', async () => {
    const service = await create();
    const { decision, artifacts, ...names } = await service.evaluate(input);
    expect(decision.outcome).toBe('auto-approve');
    expect(service.status()).toEqual({
      source: bundlePath,
      loaded: { ...names, at: time, fromArchive: false },
      lastCheckedAt: time,
    });
    expect(service.artifacts()).toEqual(artifacts);
    expect(artifacts).toMatchObject({
      bundleDigest: names.bundleDigest,
      dataDigest: names.dataDigest,
    });
  });

  it('puts overrides and freezes on the shipped data', async () => {
    const service = await create({
      readOverrides: async () => ({
        cost: { lead_from: 10 },
        environments: { staging: null },
      }),
    });
    const { decision, artifacts } = await service.evaluate(input, [freeze]);
    expect(decision.reasons.map(({ code }) => code)).toEqual([
      'cost.lead',
      'time.freeze',
    ]);
    const data = artifacts.data.approval;
    expect(data.cost).toEqual({
      currency: 'USD',
      lead_from: 10,
      finance_above: 500,
    });
    expect(Object.keys(data.environments)).toEqual(['dev', 'production']);
    expect(data.freezes.map(({ id }) => id)).toEqual(['year-end', 'audit']);
  });

  it('decides each request with the freezes that apply to it', async () => {
    const service = await create();
    const [free, frozen, again] = await Promise.all([
      service.evaluate(input),
      service.evaluate(input, [freeze]),
      service.evaluate(input, [{ ...freeze }]),
    ]);
    expect(free.decision.outcome).toBe('auto-approve');
    expect(frozen.decision.outcome).toBe('require-approval');
    expect(frozen.dataDigest).not.toBe(free.dataDigest);
    expect(frozen.artifacts.dataDigest).toBe(frozen.dataDigest);
    expect(again).toEqual(frozen);
  });

  it('keeps the policy that works when the next one does not', async () => {
    const service = await create();
    const before = service.status().loaded;
    await writeFile(bundlePath, 'not a bundle');
    await expect(service.refresh()).rejects.toMatchObject({ kind: 'bundle' });
    await expect(service.refresh()).rejects.toMatchObject({ kind: 'bundle' });
    expect((await service.evaluate(input)).decision.outcome).toBe(
      'auto-approve',
    );
    expect(service.status()).toMatchObject({
      loaded: before,
      lastError: {
        message: expect.stringContaining('not a readable .tar.gz'),
        at: time,
      },
    });
    // The same failure is said once, however often it is looked for.
    expect(logger.error).toHaveBeenCalledTimes(1);

    await copyFile(shippedBundlePath, bundlePath);
    await service.refresh();
    expect(service.status().loaded).toEqual(before);
    expect(service.status().lastError).toBeUndefined();
  });

  it('takes other overrides without a restart, and keeps those that work', async () => {
    let overrides: Record<string, unknown> = {};
    const service = await create({ readOverrides: async () => overrides });
    const { dataDigest } = await service.evaluate(input);

    overrides = { cost: { lead_from: 1 } };
    await service.refresh();
    const changed = await service.evaluate(input);
    expect(changed.decision.outcome).toBe('require-approval');
    expect(changed.dataDigest).not.toBe(dataDigest);

    overrides = { cost: { lead_from: 'one' } };
    await expect(service.refresh()).rejects.toMatchObject({ kind: 'data' });
    expect((await service.evaluate(input)).dataDigest).toBe(changed.dataDigest);
    expect(service.status().lastError?.message).toContain(
      'approval.cost.lead_from',
    );
  });

  it('asks nothing of the policy while nothing changed', async () => {
    const service = await create();
    const { artifacts } = await service.evaluate(input);
    await service.refresh();
    expect((await service.evaluate(input)).artifacts.data).toBe(artifacts.data);
  });

  it('fails on a freeze that is unusable, and on no other', async () => {
    const service = await create();
    const broken = { ...freeze, from: 'tomorrow' };
    await expect(service.evaluate(input, [broken])).rejects.toMatchObject({
      kind: 'data',
    });
    await expect(service.evaluate(input, [freeze])).resolves.toBeDefined();
  });

  it('starts without a policy, denies by throwing, and recovers', async () => {
    await rm(bundlePath);
    const service = await create();
    expect(service.status().loaded).toBeUndefined();
    expect(service.artifacts()).toBeUndefined();
    await expect(service.evaluate(input)).rejects.toThrow(
      /^No policy is loaded: The policy bundle .* could not be read/,
    );

    await copyFile(shippedBundlePath, bundlePath);
    await service.refresh();
    await expect(service.evaluate(input)).resolves.toBeDefined();
  });

  it('finds a bundle in a folder', async () => {
    const service = await create({ source: new FileBundleSource(directory) });
    await expect(service.evaluate(input)).resolves.toBeDefined();
  });

  describe('across restarts', () => {
    const kept = new Map<string, Uint8Array>();
    const lastGood = {
      saveLastGood: async (
        source: string,
        { content }: { content: Uint8Array },
      ) => void kept.set(source, content),
      findLastGood: async (source: string) => kept.get(source),
    };

    beforeEach(() => kept.clear());

    it('decides with what worked last until its source works again', async () => {
      const { dataDigest } = await (await create({ lastGood })).evaluate(input);
      await writeFile(bundlePath, 'not a bundle');

      const restarted = await create({ lastGood });
      expect((await restarted.evaluate(input)).dataDigest).toBe(dataDigest);
      expect(restarted.status()).toMatchObject({
        loaded: { fromArchive: true },
        lastError: { message: expect.stringContaining('not a readable') },
      });

      await copyFile(shippedBundlePath, bundlePath);
      await restarted.refresh();
      expect(restarted.status()).toMatchObject({
        loaded: { fromArchive: false },
      });
      expect(restarted.status().lastError).toBeUndefined();
    });

    it('decides nothing without the overrides', async () => {
      await create({ lastGood });
      await writeFile(bundlePath, 'not a bundle');
      const restarted = await create({
        lastGood,
        readOverrides: async () => {
          throw new Error('no overrides');
        },
      });
      await expect(restarted.evaluate(input)).rejects.toThrow(
        'No policy is loaded',
      );
    });

    it('decides although the archive is away', async () => {
      const service = await create({
        lastGood: {
          ...lastGood,
          saveLastGood: async () => {
            throw new Error('database is away');
          },
        },
      });
      await expect(service.evaluate(input)).resolves.toBeDefined();
      expect(service.status().lastError).toBeUndefined();
    });
  });
});
