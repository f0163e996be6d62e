import { InputError, ServiceUnavailableError } from '@backstage/errors';
import { askHealth } from './health';
import { createProblemError } from './problems';

const ask = (error?: Error, signal?: AbortSignal) =>
  askHealth({ signal }, async () => {
    if (error) {
      throw error;
    }
    return { status: 'ok', description: 'Signed in.' };
  });

it('is what the check finds', async () => {
  expect(await ask()).toEqual({ status: 'ok', description: 'Signed in.' });
});

it.each([
  [true, 'degraded'],
  [false, 'failing'],
])('where a failure can pass (%p), it is %s', async (canPass, status) => {
  const error = createProblemError(ServiceUnavailableError, {
    what: 'It is closed.',
    remedy: 'Wait.',
    whose: 'vendor',
    canPass,
  });
  expect(await ask(error)).toMatchObject({
    status,
    description: 'It is closed.',
    problem: { remedy: 'Wait.', whose: 'vendor', canPass },
  });
});

it('is no problem of a requester', async () => {
  const error = createProblemError(InputError, { what: 'No.', remedy: '' });
  expect((await ask(error)).problem).toMatchObject({ whose: 'platform' });
});

it('does not tell what nobody has described', async () => {
  const health = await ask(new TypeError('canary'));
  expect(health).toMatchObject({
    status: 'degraded',
    problem: { whose: 'unknown', raw: 'TypeError' },
  });
  expect(JSON.stringify(health)).not.toContain('canary');
});

it('throws when the caller gives up, and then alone', async () => {
  const signal = AbortSignal.abort(new Error('given up'));
  await expect(ask(new Error('cut'), signal)).rejects.toThrow('given up');
});
