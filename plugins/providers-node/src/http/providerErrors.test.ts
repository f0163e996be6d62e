import { problemSchema } from '@self-service/plugin-runs-common';
import { problemOf } from '../problems';
import { toProviderError } from './providerErrors';
import { redact } from './redact';

const now = Date.parse('2026-01-02T03:04:05Z');

function fail(
  status: number,
  rest: Partial<Parameters<typeof toProviderError>[0]> = {},
) {
  return toProviderError({
    vendor: 'Vendor',
    action: 'make a thing',
    headers: new Headers({ 'x-request-id': 'R1' }),
    message: 'Nope',
    status,
    now,
    ...rest,
  });
}

describe('toProviderError', () => {
  it.each([
    [307, 'ServiceUnavailableError'],
    [400, 'InputError'],
    [401, 'AuthenticationError'],
    [403, 'NotAllowedError'],
    [404, 'NotFoundError'],
    [408, 'ServiceUnavailableError'],
    [409, 'ConflictError'],
    [412, 'ConflictError'],
    [413, 'InputError'],
    [422, 'InputError'],
    [429, 'ServiceUnavailableError'],
    [500, 'ServiceUnavailableError'],
    [503, 'ServiceUnavailableError'],
  ])('maps %s to %s', (status, name) => {
    const error = fail(status);
    expect(error.name).toBe(name);
    expect(error.message).toContain(`Nope (status ${status}, request R1).`);
  });

  it.each([
    [307, 'platform', false],
    [400, 'yours', false],
    [401, 'platform', false],
    [403, 'platform', false],
    [404, 'yours', false],
    [408, 'vendor', true],
    [409, 'yours', false],
    [410, 'yours', false],
    [412, 'yours', false],
    [422, 'yours', false],
    [429, 'vendor', true],
    [500, 'vendor', true],
    [502, 'vendor', true],
    [503, 'vendor', true],
  ] as const)(
    'says of %s that it is the problem of %s (can pass: %s)',
    (status, whose, canPass) => {
      const problem = problemOf(fail(status));
      expect(problemSchema.parse(problem)).toEqual(problem);
      expect(problem).toMatchObject({
        what: expect.stringMatching(/^Vendor .*make a thing\.$/),
        whose,
        canPass,
        remedy: expect.stringMatching(/\.$/),
        vendor: 'Vendor',
        status,
        requestId: 'R1',
        raw: 'Nope',
      });
    },
  );

  it.each([
    [429, { 'retry-after': '90' }, '2026-01-02T03:05:35.000Z'],
    [
      403,
      {
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': String(now / 1000 + 600),
      },
      '2026-01-02T03:14:05.000Z',
    ],
    [429, {}, '2026-01-02T03:05:05.000Z'],
    [503, { 'retry-after': '5' }, '2026-01-02T03:04:10.000Z'],
    [503, {}, undefined],
    [422, { 'retry-after': '5' }, undefined],
  ] as [number, Record<string, string>, string | undefined][])(
    'says when trying again makes sense (%s %j)',
    (status, headers, retryAt) => {
      const problem = problemOf(
        fail(status, { headers: new Headers(headers) }),
      );
      expect(problem?.retryAt).toBe(retryAt);
    },
  );

  it('keeps secrets out of the problem too', () => {
    const error = fail(500, { message: 'tök/en is odd', secrets: ['tök/en'] });
    expect(JSON.stringify(problemOf(error))).not.toContain('tök/en');
    expect(JSON.stringify(error)).not.toContain('Nope');
  });

  it('says when a limit ends', () => {
    const headers = new Headers({ 'retry-after': '90' });
    const error = fail(403, { headers });
    expect(error.name).toBe('ServiceUnavailableError');
    expect(error.message).toContain(
      'Try again after 2026-01-02T03:05:35.000Z.',
    );
  });

  it('gives the remedy of the caller before the general one', () => {
    expect(fail(404).message).toContain('Check the name');
    expect(fail(404, { remedies: { 404: 'Look left.' } }).message).toBe(
      'Vendor refused to make a thing: Nope (status 404, request R1). Look left.',
    );
  });

  it('keeps secrets, markup and long pages out', () => {
    const message = `<html><body>token tök/en\n is wrong ${'x'.repeat(999)}`;
    const error = fail(401, { message, secrets: ['tök/en', undefined, ''] });
    expect(error.message).not.toContain('tök/en');
    expect(error.message).not.toContain('<html>');
    expect(error.message.length).toBeLessThan(500);
    expect(redact(encodeURIComponent('a/secret?'), ['a/secret?'])).toBe(
      '[redacted]',
    );
  });
});
