import { CreatePullRequest } from '../git';
import { repeatAfterUnknownOutcomes } from './describeFailures';
import type { GitProviderFixture } from './describeGitProviderContract';

type Fixture = GitProviderFixture & {
  request(branch: string): CreatePullRequest;
};

/** Fewer requests than that can't make what they have to. */
const LEAST_REQUESTS = 3;
/** Each act is done about as often as it has requests. */
const LIMIT_MILLISECONDS = 10 * 60_000;

/**
 * What a run makes it makes once, though nobody knows what became of a
 * request: each request of each act is cut off once.
 */
export function describeUnknownOutcomes(getFixture: () => Fixture): void {
  it(
    'opens one pull request, whichever answer is lost',
    async () => {
      const { repository, failing, countPullRequests, request } = getFixture();
      const cut = await repeatAfterUnknownOutcomes(
        failing.faults,
        attempt =>
          failing.provider.createPullRequest(request(`unknown-${attempt}`)),
        async ({ state, openedBy }, attempt) => {
          const branch = `unknown-${attempt}`;
          expect({ state, openedBy }).toEqual({
            state: 'open',
            openedBy: `run-${branch}`,
          });
          expect(await countPullRequests(repository, branch)).toBe(1);
        },
      );
      expect(cut).toBeGreaterThanOrEqual(LEAST_REQUESTS);
    },
    LIMIT_MILLISECONDS,
  );

  it(
    'creates one repository and removes it, whichever answer is lost',
    async () => {
      const { template, failing, readFile } = getFixture();
      const { provider, faults } = failing;
      const toRequest = (attempt: number) => ({
        repository: { ...template, name: `unknown-${attempt}` },
        template,
        visibility: 'private' as const,
        files: [{ path: 'own.txt', content: Buffer.from('own') }],
        runKey: `task-1/unknown/${attempt}`,
      });
      const cut = await repeatAfterUnknownOutcomes(
        faults,
        attempt => provider.createRepository(toRequest(attempt)),
        async ({ repository, defaultBranch }) => {
          for (const [path, content] of [
            ['README.md', expect.any(String)],
            ['own.txt', 'own'],
          ]) {
            expect(await readFile(repository, defaultBranch, path)).toEqual(
              content,
            );
          }
        },
      );
      expect(cut).toBeGreaterThanOrEqual(LEAST_REQUESTS);

      await repeatAfterUnknownOutcomes(
        faults,
        attempt =>
          provider.removeRepository(
            toRequest(attempt).repository,
            toRequest(attempt),
          ),
        async (_result, attempt) => {
          const { repository } = toRequest(attempt);
          expect(await provider.findRepository(repository)).toBeUndefined();
        },
      );
    },
    LIMIT_MILLISECONDS,
  );

  it(
    'merges and closes, whichever answer is lost',
    async () => {
      const { failing, request } = getFixture();
      const { provider, faults } = failing;
      const ends = {
        merged: (url: string, head: string) =>
          provider.mergePullRequest(url, { head }),
        closed: (url: string) =>
          provider.closePullRequest(url, { comment: 'Rolled back.' }),
      };
      for (const [state, end] of Object.entries(ends)) {
        const opened: { url: string; head: string }[] = [];
        const openAnother = async () => {
          const { url, head } = await provider.createPullRequest(
            request(`unknown-${state}-${opened.length}`),
          );
          opened.push({ url, head: head.commit });
        };
        await openAnother();
        const cut = await repeatAfterUnknownOutcomes(
          faults,
          async attempt => {
            const { url, head } = opened[attempt];
            await end(url, head);
            return url;
          },
          async url => {
            expect((await provider.getPullRequest(url)).state).toBe(state);
            const comments = await provider.listComments(url);
            expect(comments).toHaveLength(state === 'closed' ? 1 : 0);
            await openAnother();
          },
        );
        expect(cut).toBeGreaterThan(1);
      }
    },
    LIMIT_MILLISECONDS,
  );
}
