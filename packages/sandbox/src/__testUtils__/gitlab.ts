import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HttpService } from '../common/HttpService';
import { FaultSwitch } from '../faults/FaultSwitch';
import { GITLAB_CREDENTIALS, gitlabStandIn } from '../gitlab';
import { Answer } from './github';

/** GitLab's stand-in alone, on a free port. */
export interface TestGitLab {
  url: string;
  directory: string;
  standIn: Awaited<ReturnType<typeof gitlabStandIn.open>>;
  faults: FaultSwitch;
  /** Stops the stand-in's clock, or lets it go on. */
  stopClock(isStopped: boolean): void;
  /** Calls the REST API; an answer other than success is given, not thrown. */
  call(
    method: string,
    path: string,
    body?: object,
    token?: string,
  ): Promise<Answer>;
  /** Opens the same data anew. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the stand-in over a temporary directory. */
export async function startTestGitLab(
  { enforcesLimits } = { enforcesLimits: false },
): Promise<TestGitLab> {
  const directory = mkdtempSync(join(tmpdir(), 'sandbox-gitlab-'));
  const service = await HttpService.listen({
    name: 'GitLab',
    port: 0,
    host: 'localhost',
  });
  const faults = new FaultSwitch();
  let stoppedAt: Date | undefined;
  const open = () =>
    gitlabStandIn.open({
      directory: join(directory, 'gitlab'),
      url: service.url,
      // Nobody listens there.
      backstageUrl: 'http://127.0.0.1:1',
      faults,
      enforcesLimits,
      now: () => stoppedAt ?? new Date(),
    });
  const test: TestGitLab = {
    url: service.url,
    directory,
    faults,
    stopClock(isStopped) {
      stoppedAt = isStopped ? new Date() : undefined;
    },
    standIn: await open(),
    async call(method, path, body, token = GITLAB_CREDENTIALS.token) {
      const response = await fetch(`${service.url}/api/v4${path}`, {
        method,
        headers: {
          'private-token': token,
          'content-type': 'application/json',
        },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      const text = await response.text();
      return {
        status: response.status,
        headers: response.headers,
        body: text ? JSON.parse(text) : undefined,
      };
    },
    async restart() {
      await test.standIn.stop?.();
      test.standIn = await open();
      service.handle(test.standIn.listener);
    },
    async stop() {
      await service.close();
      await test.standIn.stop?.();
      rmSync(directory, { recursive: true, force: true });
    },
  };
  service.handle(test.standIn.listener);
  return test;
}
