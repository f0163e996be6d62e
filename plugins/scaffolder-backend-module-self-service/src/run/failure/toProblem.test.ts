import {
  AuthenticationError,
  ConflictError,
  ForwardedError,
  InputError,
  NotAllowedError,
  ServiceUnavailableError,
} from '@backstage/errors';
import { withProblem } from '@self-service/plugin-providers-node';
import { Problem } from '@self-service/plugin-runs-common';
import { RefusedError } from '../RefusedError';
import { backOff } from './backOff';
import { toProblem } from './toProblem';

const broken = (code: string) =>
  Object.assign(new TypeError('fetch failed'), {
    cause: Object.assign(new Error('cut'), { code }),
  });

describe('toProblem', () => {
  it.each<[string, unknown, Partial<Problem>]>([
    ['refused', new RefusedError('no'), { whose: 'yours', canPass: false }],
    ['a wrong input', new InputError('x'), { whose: 'yours', canPass: false }],
    ['a conflict', new ConflictError('x'), { whose: 'yours', canPass: false }],
    [
      'no access',
      new AuthenticationError('x'),
      { whose: 'platform', canPass: false },
    ],
    [
      'no permission of ours',
      new NotAllowedError('x'),
      { whose: 'platform', canPass: false },
    ],
    ['down', new ServiceUnavailableError('x'), { canPass: true }],
    ['a cut connection', broken('ECONNRESET'), { canPass: true }],
    ['a timeout', new DOMException('x', 'TimeoutError'), { canPass: true }],
    ['unknown', new Error('x'), { whose: 'unknown', canPass: false }],
    ['no error', 'x', { what: 'x', whose: 'unknown', canPass: false }],
  ])('%s', (_name, error, expected) => {
    expect(toProblem(error)).toMatchObject(expected);
  });

  it('takes what the provider said, also of a cause', () => {
    const problem: Problem = {
      what: 'w',
      whose: 'vendor',
      canPass: true,
      remedy: 'r',
    };
    const error = withProblem(new ServiceUnavailableError('x'), problem);
    expect(toProblem(error)).toBe(problem);
    expect(toProblem(new ForwardedError('around', error))).toBe(problem);
  });

  it('shows no secret of the run', () => {
    const text = JSON.stringify(
      toProblem(new Error('bad password hunter22'), ['hunter22']),
    );
    expect(text).toContain('bad password');
    expect(text).not.toContain('hunter22');
  });
});

describe('backOff', () => {
  const retry = { attempts: 5, delaySeconds: 2, maximumDelaySeconds: 10 };
  const at = (number: number, random: number, retryAt?: string) =>
    backOff(retry, number, {
      random,
      now: Date.parse('2026-01-01T00:00:00Z'),
      retryAt,
    });

  it.each([
    [1, 1, undefined, 2_000],
    [1, 0, undefined, 1_000],
    [3, 1, undefined, 8_000],
    [5, 1, undefined, 10_000],
    [1, 1, '2026-01-01T00:01:00Z', 60_000],
    [1, 1, '2025-12-31T00:00:00Z', 2_000],
    [1, 1, 'nonsense', 2_000],
    [1, 1, '2027-01-01T00:00:00Z', 86_400_000],
  ])('try %d with luck %d and retryAt %s', (number, random, retryAt, ms) => {
    expect(at(number, random, retryAt)).toBe(ms);
  });
});
