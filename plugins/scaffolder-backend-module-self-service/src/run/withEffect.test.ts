import { ConflictError, ServiceUnavailableError } from '@backstage/errors';
import {
  attemptOf,
  FakeApprovals,
  FakePause,
  FakeRuns,
} from '../__testUtils__/fakes';
import { EFFECT_LEASE_MS } from '@self-service/plugin-runs-common';
import { RefusedError } from './RefusedError';
import { CreatedEffect, withEffect } from './withEffect';
import { WaitingError } from './WaitingError';

const INTENDED = {
  action: 'x',
  inputDigest: 'd'.repeat(64),
  capability: 'git',
  provider: 'github',
  kind: 'pull request',
  name: 'myorg/infrastructure#db-orders',
};

function setup() {
  const runs = new FakeRuns();
  const pause = new FakePause();
  const approvals = new FakeApprovals();
  const tried = attemptOf('pr');
  const make = (
    act: (signal: AbortSignal) => Promise<CreatedEffect>,
    provesAbsence?: () => Promise<boolean>,
  ) =>
    withEffect(
      tried.context,
      { approvals, runs, pause },
      { ...INTENDED, provesAbsence },
      (_key, _claimed, signal) => act(signal),
    );
  return { runs, pause, make, ...tried };
}

/** As a call to a vendor does. */
const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
  });

const MADE = { url: 'https://git/1', reference: { number: 1 } };

describe('an act that takes longer than a lease', () => {
  it('is renewed until it ends', async () => {
    const { runs, pause, make } = setup();
    const renew = jest.spyOn(runs, 'renewEffect');
    const effect = await make(async signal => {
      for (let beat = 0; beat < 10; beat++) {
        await pause.beat();
      }
      expect(pause.now()).toBeGreaterThan(EFFECT_LEASE_MS);
      expect(signal.aborted).toBe(false);
      return MADE;
    });
    expect(renew).toHaveBeenCalledTimes(10);
    expect(effect.status).toBe('created');
    expect(pause.repeated).toBe(0);
  });

  it('does not renew what it has given back', async () => {
    const { pause, make } = setup();
    await expect(
      make(async () => {
        throw new ServiceUnavailableError('down');
      }),
    ).rejects.toThrow('down');
    expect(pause.repeated).toBe(0);
  });

  it('stops, and takes what the worker has made that took it over', async () => {
    const { runs, pause, make } = setup();
    const acts: AbortSignal[] = [];
    const making = make(async signal => {
      acts.push(signal);
      return untilAborted(signal);
    });
    await new Promise(setImmediate);
    Object.assign(runs.effects[0], {
      status: 'created',
      attempt: 'other',
      reference: { number: 2 },
    });
    await pause.beat();
    expect(await making).toMatchObject({ reference: { number: 2 } });
    expect(acts).toHaveLength(1);
    expect(pause.repeated).toBe(0);
  });

  it('acts anew where the other one has let go', async () => {
    const { runs, pause, make } = setup();
    let acts = 0;
    const making = make(async signal => {
      acts += 1;
      return acts === 1 ? untilAborted(signal) : MADE;
    });
    await new Promise(setImmediate);
    Object.assign(runs.effects[0], { attempt: 'other' });
    pause.onSleep = () =>
      Object.assign(runs.effects[0], { attempt: undefined });
    await pause.beat();
    expect(await making).toMatchObject({ status: 'created', ...MADE });
    expect(acts).toBe(2);
  });

  it("stops before its lease ends where it can't be renewed", async () => {
    const { runs, pause, make } = setup();
    let stoppedAt = 0;
    runs.renewEffect = async () => {
      throw new ServiceUnavailableError('no database');
    };
    const making = make(async signal => {
      if (stoppedAt > 0) {
        return MADE;
      }
      try {
        return await untilAborted(signal);
      } finally {
        stoppedAt = pause.now();
      }
    });
    await new Promise(setImmediate);
    for (let beat = 0; beat < 10 && stoppedAt === 0; beat++) {
      await pause.beat();
    }
    await making;
    expect(stoppedAt).toBeGreaterThan(EFFECT_LEASE_MS / 3);
    expect(stoppedAt).toBeLessThan(EFFECT_LEASE_MS);
  });

  it('stops at once when its process wakes up too late', async () => {
    const { runs, pause, make } = setup();
    const renew = jest.spyOn(runs, 'renewEffect');
    let acts = 0;
    const making = make(async signal => {
      acts += 1;
      return acts === 1 ? untilAborted(signal) : MADE;
    });
    await new Promise(setImmediate);
    await pause.beat(EFFECT_LEASE_MS);
    await making;
    expect(acts).toBe(2);
    expect(renew).not.toHaveBeenCalled();
  });

  it('does not ask for a renewal while one is under way', async () => {
    const { runs, pause, make } = setup();
    let answer = () => {};
    const asked = jest.fn(
      () =>
        new Promise<void>(resolve => {
          answer = resolve;
        }),
    );
    runs.renewEffect = asked;
    await make(async () => {
      await pause.beat();
      await pause.beat();
      expect(asked).toHaveBeenCalledTimes(1);
      answer();
      await new Promise(setImmediate);
      await pause.beat();
      expect(asked).toHaveBeenCalledTimes(2);
      return MADE;
    });
  });

  it('creates nothing more where the run has ended', async () => {
    const { runs, pause, make } = setup();
    const making = make(untilAborted);
    const failed = making.catch((error: unknown) => error);
    await new Promise(setImmediate);
    runs.renewEffect = async () => {
      throw new ConflictError('ended');
    };
    runs.claimEffect = async () => {
      throw new ConflictError('The run was rolled back.');
    };
    await pause.beat();
    expect(await failed).toBeInstanceOf(RefusedError);
  });

  it("asks for no proof of absence once it is another's", async () => {
    const { runs, pause, make, abort } = setup();
    const provesAbsence = jest.fn(async () => true);
    const making = make(untilAborted, provesAbsence);
    const failed = making.catch((error: unknown) => error);
    await new Promise(setImmediate);
    Object.assign(runs.effects[0], { attempt: 'other' });
    pause.onSleep = () => abort.abort(new Error('cancelled'));
    await pause.beat();
    expect(await failed).toBeInstanceOf(Error);
    expect(provesAbsence).not.toHaveBeenCalled();
  });

  it('lets a run park whose lease is lost', async () => {
    const { runs, pause, make } = setup();
    const making = make(async () => {
      Object.assign(runs.effects[0], { attempt: 'other' });
      await pause.beat();
      throw new WaitingError('Waits');
    });
    await expect(making).rejects.toMatchObject({ name: 'WaitingError' });
  });
});
