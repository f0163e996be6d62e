import { readFailureBehaviour } from './failureBehaviour';

describe('readFailureBehaviour', () => {
  const manual = { group: 'platform-team', instructions: 'Free the name' };

  it.each([
    [undefined, { then: 'abort' }],
    ['abort', { then: 'abort' }],
    ['skip', { then: 'skip' }],
    [{ manual }, { then: 'manual', manual }],
    [
      { retry: { attempts: 3 } },
      {
        retry: { attempts: 3, delaySeconds: 2, maximumDelaySeconds: 300 },
        then: 'abort',
      },
    ],
    [
      { retry: { attempts: 1, delay: 9, maximumDelay: 60 }, then: { manual } },
      {
        retry: { attempts: 1, delaySeconds: 9, maximumDelaySeconds: 60 },
        then: 'manual',
        manual,
      },
    ],
  ])('%j', (value, expected) => {
    expect(readFailureBehaviour(value)).toEqual(expected);
  });

  it.each([
    'ignore',
    { retry: {} },
    { retry: { attempts: 0 } },
    { manual: {} },
  ])('refuses %j', value => {
    expect(() => readFailureBehaviour(value)).toThrow();
  });
});
