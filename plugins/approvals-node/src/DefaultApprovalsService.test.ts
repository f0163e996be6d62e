import {
  mockServices,
  registerMswTestHooks,
} from '@backstage/backend-test-utils';
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { DefaultApprovalsService } from './DefaultApprovalsService';

const baseUrl = 'http://approvals.test/api/approvals';

describe('DefaultApprovalsService', () => {
  const server = setupServer();
  registerMswTestHooks(server);

  const service = DefaultApprovalsService.create({
    auth: mockServices.auth({ pluginId: 'scaffolder' }),
    discovery: mockServices.discovery.mock({
      getBaseUrl: async () => baseUrl,
    }),
  });

  it('asks with its own service credentials and reads the answer', async () => {
    let seen: { body: unknown; authorization: string | null } | undefined;
    server.use(
      http.post(`${baseUrl}/admissions`, async ({ request }) => {
        seen = {
          body: await request.json(),
          authorization: request.headers.get('authorization'),
        };
        return HttpResponse.json({ admitted: true, more: 'ignored' });
      }),
    );
    const question = { taskId: 't1', stepId: 's1', action: 'vault:create' };

    await expect(service.admit(question)).resolves.toEqual({ admitted: true });

    expect(seen?.body).toEqual(question);
    expect(seen?.authorization).toContain('plugin:scaffolder');
    expect(seen?.authorization).toContain('"target":"approvals"');
  });

  it('turns an error answer into a ResponseError', async () => {
    server.use(
      http.post(`${baseUrl}/gates`, () =>
        HttpResponse.json(
          {
            error: { name: 'NotFoundError', message: 'no such task' },
            response: { statusCode: 404 },
          },
          { status: 404 },
        ),
      ),
    );

    await expect(
      service.openGate({ taskId: 't1', stepId: 's1', inputDigest: 'd' }),
    ).rejects.toMatchObject({
      name: 'ResponseError',
      statusCode: 404,
      cause: { name: 'NotFoundError', message: 'no such task' },
    });
  });

  it('takes an answer of a wrong shape for no answer', async () => {
    server.use(
      http.post(`${baseUrl}/admissions`, () =>
        HttpResponse.json({ admitted: 'yes' }),
      ),
    );

    await expect(
      service.admit({ taskId: 't1', stepId: 's1', action: 'a' }),
    ).rejects.toThrow('admitted');
  });

  it('fails when the connection is cut', async () => {
    server.use(http.post(`${baseUrl}/admissions`, () => HttpResponse.error()));

    await expect(
      service.admit({ taskId: 't1', stepId: 's1', action: 'a' }),
    ).rejects.toThrow();
  });

  it('closes a run, with its id encoded, and expects no content', async () => {
    const closed: unknown[] = [];
    server.use(
      http.post(
        `${baseUrl}/runs/:taskId/close`,
        async ({ params, request }) => {
          closed.push([params.taskId, await request.json()]);
          return new HttpResponse(null, { status: 204 });
        },
      ),
    );

    await service.closeRun('a/b', { comment: 'The run was cancelled.' });

    expect(closed).toEqual([['a/b', { comment: 'The run was cancelled.' }]]);
  });

  it('asks about many waits in batches that the backend accepts', async () => {
    const sizes: number[] = [];
    server.use(
      http.post(`${baseUrl}/waits`, async ({ request }) => {
        const { requestIds } = (await request.json()) as {
          requestIds: string[];
        };
        sizes.push(requestIds.length);
        return HttpResponse.json({ over: [requestIds[0]] });
      }),
    );
    const ids = Array.from({ length: 1001 }, (_, index) => `r${index}`);

    await expect(service.decidedAmong(ids)).resolves.toEqual([
      'r0',
      'r500',
      'r1000',
    ]);
    expect(sizes).toEqual([500, 500, 1]);
  });
});
