import { mockApis } from '@backstage/frontend-test-utils';
import { forgetLastValues, keepLastValues, readLastValues } from './lastValues';

const DANA = {
  userRef: 'user:default/dana',
  templateRef: 'template:default/postgresql-database',
};

describe('the last values', () => {
  it('are kept by person and template', async () => {
    const storage = mockApis.storage();
    await keepLastValues(storage, DANA, { size: 'small' });

    expect(await readLastValues(storage, DANA)).toEqual({ size: 'small' });
    expect(
      await readLastValues(storage, { ...DANA, userRef: 'user:default/leo' }),
    ).toEqual({});
    expect(
      await readLastValues(storage, {
        ...DANA,
        templateRef: 'template:default/new-service',
      }),
    ).toEqual({});

    await forgetLastValues(storage, DANA);
    expect(await readLastValues(storage, DANA)).toEqual({});
  });

  it('are waited for where the storage is elsewhere, but not for long', async () => {
    jest.useFakeTimers();
    try {
      let tell = (_: object) => {};
      const storage = mockApis.storage();
      const far = {
        ...storage,
        forBucket: () => far,
        snapshot: () => ({ key: '', presence: 'unknown' as const }),
        observe$: () => ({
          [Symbol.observable]() {
            return this;
          },
          subscribe(next: unknown) {
            tell = next as typeof tell;
            return { closed: false, unsubscribe: () => {} };
          },
        }),
      };
      const told = readLastValues(far as unknown as typeof storage, DANA);
      tell({ key: '', presence: 'present', value: { size: 'large' } });
      expect(await told).toEqual({ size: 'large' });

      const silent = readLastValues(far as unknown as typeof storage, DANA);
      await jest.advanceTimersByTimeAsync(1_000);
      expect(await silent).toEqual({});
    } finally {
      jest.useRealTimers();
    }
  });
});
