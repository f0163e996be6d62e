import { problemOf } from '../problems';
import { ProviderFault, ProviderFaults } from './providerFaults';

/** What the shared suite on failures needs. @public */
export interface FailuresFixture {
  faults: ProviderFaults;
  /** Reads something that is there, by the provider. */
  read(): Promise<unknown>;
  /** Text that no error may hold; the vendor was given it. */
  canary: string;
}

const EXPECTED: [ProviderFault, string][] = [
  [401, 'AuthenticationError'],
  [403, 'NotAllowedError'],
  [404, 'NotFoundError'],
  [409, 'ConflictError'],
  [422, 'InputError'],
  [429, 'ServiceUnavailableError'],
  [500, 'ServiceUnavailableError'],
  [503, 'ServiceUnavailableError'],
  ['slow', 'ServiceUnavailableError'],
  ['cut', 'ServiceUnavailableError'],
  ['wrong', 'ServiceUnavailableError'],
];

/**
 * The part of every contract suite on a vendor that refuses or fails: each
 * failure is the error that the ports promise, says whose problem it is, and
 * ends with its cause.
 *
 * @param setup - called in each test, when the fixture stands and nothing is
 * wrong with it
 * @param overrides - where a vendor can't tell: for example 403 for bad
 * credentials
 * @param without - faults that are left out: for example `slow`, which takes its
 * time, where another read by the same client has shown it
 * @public
 */
export function describeFailures(
  setup: () => Promise<FailuresFixture>,
  overrides: Partial<Record<ProviderFault, string>> = {},
  without: readonly ProviderFault[] = [],
): void {
  describe('a vendor that fails', () => {
    const expected = EXPECTED.filter(([fault]) => !without.includes(fault));
    it.each(expected)('names a failure: %s', async (fault, name) => {
      const { faults, read, canary } = await setup();
      faults.set(fault);
      const error = (await read().catch(e => e)) as Error;
      expect(faults.clear()).toBe(true);
      expect(error).toMatchObject({ name: overrides[fault] ?? name });
      const problem = problemOf(error);
      expect(problem).toMatchObject({
        vendor: expect.any(String),
        remedy: expect.stringMatching(/\w/),
      });
      // Waiting helps against what the vendor's trouble is, and nothing else.
      const passes = error.name === 'ServiceUnavailableError';
      expect(problem?.canPass).toBe(passes);
      expect(`${error.stack}${JSON.stringify(problem)}`).not.toContain(canary);
      await expect(read()).resolves.toBeDefined();
    });
  });
}

/**
 * Does an act again and again, each time with the next of its requests cut off
 * after the vendor has acted, and repeats it then, as a retried step does.
 *
 * @param act - with which number of a try; uses a name and a run of its own
 * @param check - what must hold after the repetition
 * @returns how many requests were cut, for the test to expect some
 * @public
 */
export async function repeatAfterUnknownOutcomes<T>(
  faults: ProviderFaults,
  act: (attempt: number) => Promise<T>,
  check: (result: T, attempt: number) => Promise<void>,
): Promise<number> {
  for (let attempt = 0; ; attempt += 1) {
    // As often as a bounded repetition may ask again.
    faults.set('cut-after', { skip: attempt, times: 4 });
    const first = await act(attempt).catch(() => undefined);
    const wasHit = faults.clear();
    await check(first === undefined ? await act(attempt) : first, attempt);
    if (!wasHit) {
      return attempt;
    }
  }
}
