import { InfrastructureRun } from '@self-service/plugin-providers-node';
import { FakeInfrastructure, PR_URL } from '../__testUtils__/fakes';
import { createInfrastructureWaitChecker } from './infrastructureWaitChecker';
import { InfrastructureWait, isOver, parseWaitRef, toWaitRef } from './waitRef';

const wait = (phase: InfrastructureWait['phase']) => ({
  pullRequestUrl: PR_URL,
  head: 'aaaaaaa1',
  phase,
});

describe('wait refs', () => {
  it('are read as they were written', () => {
    expect(parseWaitRef(toWaitRef(wait('plan')))).toEqual(wait('plan'));
    const timed = { ...wait('apply'), due: '2026-01-02T03:04:05.000Z' };
    expect(parseWaitRef(toWaitRef(timed))).toEqual(timed);
  });

  it.each([
    '',
    'x',
    '[]',
    '["destroy","a","b"]',
    '["plan",1,"b"]',
    '["plan","a","b",1]',
    'null',
  ])('%j is not one', ref => {
    expect(parseWaitRef(ref)).toBeUndefined();
  });
});

describe('isOver', () => {
  it.each<[InfrastructureRun['status'], boolean, boolean]>([
    ['unknown', false, false],
    ['planning', false, false],
    ['planned', true, false],
    ['applying', true, false],
    ['applied', true, true],
    ['failed', true, true],
  ])('%s: plan %s, apply %s', (status, plan, apply) => {
    const run = { ...new FakeInfrastructure().state, status };
    expect(isOver(wait('plan'), run)).toBe(plan);
    expect(isOver(wait('apply'), run)).toBe(apply);
    expect(isOver(wait('outcome'), run)).toBe(apply);
    const moved = { ...run, head: 'bbbbbbb2' };
    expect(isOver(wait('apply'), moved)).toBe(true);
  });

  it('an apply that has to be started once more', () => {
    const run = {
      ...new FakeInfrastructure().state,
      status: 'applying' as const,
      awaitsStart: true,
    };
    expect(isOver(wait('apply'), run)).toBe(true);
    expect(isOver(wait('outcome'), run)).toBe(false);
  });
});

describe('the wait checker', () => {
  it('finds what is over, and asks again about what it could not read', async () => {
    const provider = new FakeInfrastructure();
    const failures: string[] = [];
    const checker = createInfrastructureWaitChecker([provider], ref =>
      failures.push(ref),
    );
    const [plan, apply] = [wait('plan'), wait('apply')].map(toWaitRef);
    expect(await checker.findOver([plan, apply, 'nonsense'])).toEqual([plan]);

    provider.getRuns = async ([url], options) => {
      options?.onError?.(url, new Error('404'));
      return [];
    };
    expect(await checker.findOver([plan])).toEqual([]);
    expect(failures).toEqual([wait('plan').pullRequestUrl]);

    provider.getRuns = async () => {
      throw new Error('503');
    };
    expect(await checker.findOver([plan])).toEqual([]);
    expect(failures).toHaveLength(2);
  });

  it('asks nobody about a wait whose time is over', async () => {
    const provider = new FakeInfrastructure();
    provider.state.status = 'planning';
    const getRuns = jest.spyOn(provider, 'getRuns');
    const due = '2026-01-02T03:04:05.000Z';
    const ref = toWaitRef({ ...wait('plan'), due });
    let now = Date.parse(due) - 1;
    const checker = createInfrastructureWaitChecker(
      [provider],
      () => {},
      () => now,
    );
    expect(await checker.findOver([ref])).toEqual([]);
    expect(getRuns).toHaveBeenCalledTimes(1);
    now += 1;
    expect(await checker.findOver([ref])).toEqual([ref]);
    expect(getRuns).toHaveBeenCalledTimes(1);
  });

  it('reads a pull request once, however many wait for it', async () => {
    const provider = new FakeInfrastructure();
    const getRuns = jest.spyOn(provider, 'getRuns');
    const checker = createInfrastructureWaitChecker([provider], () => {});
    await checker.findOver([wait('plan'), wait('apply')].map(toWaitRef));
    expect(getRuns).toHaveBeenCalledTimes(1);
    expect(getRuns.mock.calls[0][0]).toEqual([wait('plan').pullRequestUrl]);
  });
});
