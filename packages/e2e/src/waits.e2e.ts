/**
 * Waits for what people and others do outside: a merge, and an answer over
 * HTTP, on the real scaffolder and its reader of addresses.
 */
import { readRun, waitForStatus } from './failedRuns';
import {
  inventory,
  startTemplate,
  waitForCompletion,
  waitUntilParked,
} from './runs';
import { sharedStack } from './sharedStack';

const stack = sharedStack();
const RUN_MS = 120_000;

/** Says something to GitHub's stand-in, as a person of the company. */
async function callGithub(
  method: string,
  path: string,
  body: object,
): Promise<void> {
  const response = await fetch(
    `${stack.urls.github}/api/v3/repos/myorg/infrastructure${path}`,
    {
      method,
      headers: {
        authorization: 'token sandbox-github-token',
        'content-type': 'application/json',
      },
      body: JSON.stringify(body),
    },
  );
  const text = await response.text();
  if (!response.ok) {
    throw new Error(`GitHub answers ${response.status}: ${text}`);
  }
}

async function findPullRequest(branch: string) {
  const { repositories } = await inventory(stack);
  return repositories
    .flatMap(({ pullRequests }) => pullRequests)
    .find(({ head }) => head === branch)!;
}

async function startNote(name: string) {
  const taskId = await startTemplate(stack, 'dana', 'reviewed-note', {
    name,
    environment: 'dev',
  });
  await waitUntilParked(stack, taskId);
  const pullRequest = await findPullRequest(`note-${name}`);
  return { taskId, number: pullRequest.number };
}

describe('a run that waits for people outside', () => {
  it(
    'goes on when its pull request is merged and its file can be read',
    async () => {
      const { taskId, number } = await startNote('wait-merged');
      expect((await readRun(stack, taskId)).status).toBe('waiting');
      const { suspensions } = await stack.request(
        'dana',
        `/api/runs/runs/${taskId}`,
      );
      expect(suspensions).toEqual([
        expect.objectContaining({
          title: expect.stringMatching(
            new RegExp(`^Waits for the merge of http.*/pull/${number}$`),
          ),
          wait: expect.objectContaining({ kind: 'condition' }),
        }),
      ]);
      await callGithub('PUT', `/pulls/${number}/merge`, {});
      await waitForCompletion(stack, taskId, RUN_MS);
      const events: { type: string; body: { output?: { text: object[] } } }[] =
        await stack.request(
          'dana',
          `/api/scaffolder/v2/tasks/${taskId}/events`,
        );
      const end = events.findLast(({ type }) => type === 'completion');
      expect(end?.body.output?.text).toEqual([
        expect.objectContaining({
          content: expect.stringMatching(/^[0-9a-f]{40}$/),
        }),
        expect.objectContaining({
          content: expect.stringContaining('is "published".'),
        }),
      ]);
    },
    RUN_MS,
  );

  it(
    'fails, and says what to do, when its pull request is closed',
    async () => {
      const { taskId, number } = await startNote('wait-closed');
      await callGithub('PATCH', `/pulls/${number}`, { state: 'closed' });
      const { failure } = await waitForStatus(stack, taskId, [
        'needs-attention',
      ]);
      expect(failure?.problem).toMatchObject({
        what: expect.stringContaining('was closed without being merged'),
        whose: 'yours',
        canPass: false,
        remedy: expect.stringContaining('retry the run'),
      });
    },
    RUN_MS,
  );
});
