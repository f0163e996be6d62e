import { mockCredentials, mockServices } from '@backstage/backend-test-utils';
import { InputError } from '@backstage/errors';
import { BackendCaller } from './BackendCaller';
import {
  createLocalBackends,
  PluginOperation,
  serveLocally,
} from './LocalBackends';

describe('calls within the process', () => {
  function setUp(run: PluginOperation['run']) {
    const logger = mockServices.logger.mock();
    const localBackends = createLocalBackends();
    const auth = mockServices.auth({ pluginId: 'scaffolder' });
    const backend = serveLocally([{ method: 'POST', route: '/things', run }], {
      auth,
      logger,
    });
    localBackends.offer('things', backend);
    const caller = new BackendCaller({
      pluginId: 'things',
      discovery: mockServices.discovery(),
      auth,
      localBackends,
    });
    return { caller, backend, logger };
  }

  it('hand over copies, and what JSON knows of them', async () => {
    const sent = { inner: { at: new Date(0), gone: undefined } };
    const kept = { list: [1] };
    let seen: unknown;
    const { caller } = setUp(async ({ body }) => {
      seen = body;
      return kept;
    });

    const answer = await caller.call('POST', '/things', { body: sent });

    expect(seen).toStrictEqual({ inner: { at: '1970-01-01T00:00:00.000Z' } });
    expect(answer).toEqual(kept);
    expect(answer).not.toBe(kept);
  });

  it('are for services only', async () => {
    const { backend } = setUp(async () => 'done');
    const call = { method: 'POST', route: '/things', params: {} } as const;

    for (const credentials of [
      mockCredentials.user(),
      mockCredentials.none(),
    ]) {
      await expect(backend({ ...call, body: {}, credentials })).rejects.toThrow(
        'services only',
      );
    }
    await expect(
      backend({ ...call, body: {}, credentials: mockCredentials.service() }),
    ).resolves.toBe('done');
  });

  it('log what is our fault, and keep what the database says', async () => {
    class DatabaseError extends Error {}
    const { caller, logger } = setUp(async () => {
      throw new DatabaseError('relation "secrets" does not exist');
    });

    await expect(caller.call('POST', '/things')).rejects.toMatchObject({
      statusCode: 500,
      cause: { message: expect.not.stringContaining('secrets') },
    });

    expect(logger.error).toHaveBeenCalledWith(
      'POST /things failed',
      expect.objectContaining({ message: expect.stringContaining('secrets') }),
    );
  });

  it('do not log what is the fault of who asks', async () => {
    const { caller, logger } = setUp(async () => {
      throw new InputError('no');
    });

    await expect(caller.call('POST', '/things')).rejects.toMatchObject({
      statusCode: 400,
    });

    expect(logger.error).not.toHaveBeenCalled();
  });

  it('do not wait for ever', async () => {
    const late = new AbortController();
    jest.spyOn(AbortSignal, 'timeout').mockReturnValue(late.signal);
    const { caller } = setUp(() => new Promise(() => {}));
    const answer = caller.call('POST', '/things');

    setImmediate(() => late.abort(new DOMException('late', 'TimeoutError')));

    await expect(answer).rejects.toMatchObject({ name: 'TimeoutError' });
    jest.restoreAllMocks();
  });
});
