import { DatadogClient } from './DatadogClient';
import { DEFAULT_QUERIES } from './queries';
import { v1 } from './sdk';

/** A client that gets one answer to everything. */
function answering(status: number, body: unknown) {
  const client = new DatadogClient(
    {
      id: 'datadog',
      apiUrl: 'https://api.datadog.example',
      appUrl: 'https://app.datadog.example',
      apiKey: 'the-key',
      applicationKey: 'the-application-key',
      notify: '@{contact}',
      queries: DEFAULT_QUERIES,
    },
    {
      now: () => 0,
      fetch: async () => Response.json(body, { status }),
    },
  );
  return client.call(
    { action: 'remove the SLO abc' },
    configuration =>
      new v1.ServiceLevelObjectivesApi(configuration).deleteSLO({
        sloId: 'abc',
      }),
    () => true,
  );
}

describe('a refusal of Datadog', () => {
  const words = 'slo abc is referenced in dashboard_id: xxx-yyy-zzz';

  it.each([
    // As the description has it for the deletion of an SLO,
    [409, { data: [], errors: { abc: words } }],
    // as people have seen it there,
    [409, { data: null, errors: words }],
    // and as it is of monitors.
    [400, { errors: [words] }],
    [401, { errors: [words] }],
  ])('says by %s %j what is in use', async (status, body) => {
    await expect(answering(status, body)).rejects.toMatchObject({
      name: 'ConflictError',
      message: expect.stringContaining(words),
    });
  });

  it('is of its status otherwise', async () => {
    await expect(
      answering(401, { errors: ['Unauthorized'] }),
    ).rejects.toMatchObject({ name: 'AuthenticationError' });
    await expect(answering(500, { errors: [words] })).rejects.toMatchObject({
      name: 'ServiceUnavailableError',
    });
    await expect(answering(400, { errors: null })).rejects.toMatchObject({
      name: 'InputError',
    });
  });
});
