import { UrlReaders } from '@backstage/backend-defaults/urlReader';
import { mockServices } from '@backstage/backend-test-utils';
import { Repository } from '@self-service/plugin-providers-node';
import { WebhookDelivery } from '@self-service/plugin-runs-node';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Sandbox, startSandbox } from 'sandbox';
import { createPerson } from './__testUtils__/person';
import { GitlabGitProvider } from './GitlabGitProvider';
import { GitlabWebhookReceiver } from './GitlabWebhookReceiver';

// Real git takes its time on a busy machine.
jest.setTimeout(120_000);

const KEY = 'whsec_c2FuZGJveC13ZWJob29rLXNpZ25pbmcta2V5LTAwMDE=';

describe('what others of the portal have of GitLab', () => {
  let sandbox: Sandbox;
  let dataDirectory: string;
  let provider: GitlabGitProvider;
  let repository: Repository;
  let config: ReturnType<typeof mockServices.rootConfig>;
  const deliveries: WebhookDelivery[] = [];
  const paths = new Set<string>();
  const backstage = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', chunk => chunks.push(chunk));
    request.on('end', () => {
      const headers = request.headers as WebhookDelivery['headers'];
      paths.add(request.url ?? '');
      deliveries.push({ headers, body: Buffer.concat(chunks) });
      response.end();
    });
  });

  beforeAll(async () => {
    await new Promise<void>(done => backstage.listen(0, '127.0.0.1', done));
    const { port } = backstage.address() as AddressInfo;
    dataDirectory = await mkdtemp(join(tmpdir(), 'gitlab-others-'));
    sandbox = await startSandbox({
      dataDirectory,
      ports: 'ephemeral',
      backstageUrl: `http://127.0.0.1:${port}`,
    });
    const url = sandbox.urls.standIns.gitlab;
    const { host } = new URL(url);
    config = mockServices.rootConfig({
      data: {
        integrations: {
          gitlab: [
            {
              host,
              baseUrl: url,
              apiBaseUrl: `${url}/api/v4`,
              token: 'sandbox-gitlab-token',
            },
          ],
        },
      },
    });
    [provider] = GitlabGitProvider.listFromConfig(config);
    repository = { host, owner: 'myorg', name: 'infrastructure' };
  });
  afterAll(async () => {
    backstage.close();
    await sandbox?.stop();
    await rm(dataDirectory, { recursive: true, force: true });
  });

  it("is read by the catalog with Backstage's own reader, in sub-groups too", async () => {
    const { url, defaultBranch } = await provider.createRepository({
      repository: { ...repository, owner: 'myorg/platform', name: 'orders' },
      template: { ...repository, name: 'service-template' },
      visibility: 'private',
      files: [
        { path: 'docs/über uns.md', content: Buffer.from('Grüße') },
        {
          path: 'run.sh',
          content: Buffer.from('#!/bin/sh\n'),
          executable: true,
        },
      ],
      runKey: 'task-1/create/0',
    });
    const reader = UrlReaders.default({
      config,
      logger: mockServices.logger.mock(),
    });
    const contents = `${url}/-/blob/${defaultBranch}`;
    const read = async (path: string) =>
      (await (await reader.readUrl(`${contents}/${path}`)).buffer()).toString();
    expect(await read('catalog-info.yaml')).toContain('kind: Component');
    expect(await read('docs/%C3%BCber%20uns.md')).toBe('Grüße');
    await expect(read('none.yaml')).rejects.toMatchObject({
      name: 'NotFoundError',
    });
    const { etag } = await reader.readUrl(`${contents}/run.sh`);
    await expect(
      reader.readUrl(`${contents}/run.sh`, { etag }),
    ).rejects.toMatchObject({ name: 'NotModifiedError' });

    const tree = await reader.readTree(`${url}/-/tree/${defaultBranch}`);
    const found = (await tree.files()).map(file => file.path);
    expect(found).toEqual(expect.arrayContaining(['README.md', 'run.sh']));
    const search = await reader.search(`${contents}/**/index.js`);
    expect(search.files.map(file => file.url)).toEqual([
      expect.stringMatching(/src\/index\.js$/),
    ]);
  });

  it('tells Backstage of what happens, signed', async () => {
    const { head } = await provider.createPullRequest({
      repository,
      branch: 'told',
      title: 'Add told',
      body: '',
      commitMessage: 'Add told',
      files: [{ path: 'told.txt', content: Buffer.from('told') }],
      runKey: 'run-told',
    });
    const person = createPerson(sandbox);
    await person.call(repository, 'POST', `/statuses/${head.commit}`, {
      name: 'check',
      state: 'success',
    });
    await sandbox.idle();
    expect([...paths]).toEqual(['/api/runs/webhooks/gitlab']);
    const receiver = GitlabWebhookReceiver.create({ signingToken: KEY });
    const news = await Promise.all(
      deliveries.map(delivery => receiver.receive(delivery)),
    );
    expect(new Set(news.map(({ deliveryId }) => deliveryId)).size).toBe(
      news.length,
    );
    const about = { kind: 'infrastructure', subject: head.commit };
    expect(news.map(item => item.about)).toEqual(
      expect.arrayContaining([[about], [about]]),
    );
    const other = Buffer.alloc(32, 1).toString('base64');
    await expect(
      GitlabWebhookReceiver.create({ signingToken: `whsec_${other}` }).receive(
        deliveries[0],
      ),
    ).rejects.toMatchObject({ name: 'AuthenticationError' });
  });
});
