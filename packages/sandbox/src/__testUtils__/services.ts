import { RequestListener } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HttpService } from '../common/HttpService';

/** One stand-in alone, over a temporary directory and on a free port. */
export interface TestService {
  url: string;
  directory: string;
  stop(): Promise<void>;
}

/**
 * Starts one stand-in.
 *
 * @param create - makes what answers requests, knowing directory and URL
 */
export async function startTestService(
  create: (options: {
    directory: string;
    url: string;
    service: HttpService;
  }) => RequestListener,
): Promise<TestService> {
  const directory = mkdtempSync(join(tmpdir(), 'sandbox-'));
  const service = await HttpService.listen({
    name: 'test',
    port: 0,
    host: 'localhost',
  });
  service.handle(create({ directory, url: service.url, service }));
  return {
    url: service.url,
    directory,
    async stop() {
      await service.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
