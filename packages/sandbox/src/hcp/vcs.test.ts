import { GitHubVcs } from './GitHubVcs';
import { GitLabVcs } from './GitLabVcs';

/** A git host with so many pull requests, which gives a page at a time. */
function serve(count: number, toPull: (number: number) => object): string[] {
  const asked: string[] = [];
  jest.spyOn(global, 'fetch').mockImplementation(async input => {
    const url = new URL(String(input));
    asked.push(url.search);
    const size = Number(url.searchParams.get('per_page'));
    const page = Number(url.searchParams.get('page'));
    const numbers = Array.from({ length: count }, (_, index) => index + 1);
    const some = numbers.slice((page - 1) * size, page * size);
    return Response.json(some.map(toPull));
  });
  return asked;
}

describe('what the stand-in of HCP Terraform sees of a git host', () => {
  afterEach(() => jest.restoreAllMocks());

  it.each([
    ['GitHub', new GitHubVcs('http://git.example', 'token')],
    ['GitLab', new GitLabVcs('http://git.example/api/v4', 'token')],
  ])(
    'is every pull request of %s, not only the newest page',
    async (_, vcs) => {
      const asked = serve(201, number => ({
        number,
        iid: number,
        state: 'opened',
        head: { ref: 'branch', sha: 'abc' },
        base: { ref: 'main' },
        user: { login: 'dana' },
      }));
      const pulls = await vcs.pulls('myorg/infrastructure');
      expect(pulls.map(({ number }) => number)).toEqual(
        Array.from({ length: 201 }, (__, index) => index + 1),
      );
      expect(asked).toHaveLength(3);
    },
  );
});
