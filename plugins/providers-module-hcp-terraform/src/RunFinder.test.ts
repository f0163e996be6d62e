import { registerMswTestHooks } from '@backstage/backend-test-utils';
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { runAnswer, RunOptions } from './__testUtils__/documents';
import { createFinder } from './__testUtils__/finder';
import { runDocumentSchema } from './documents';
import { RunFinder } from './RunFinder';

const API = 'https://hcp.example.com/api/v2';
const repository = { host: 'gitlab.com', owner: 'myorg', name: 'infra' };

describe('RunFinder', () => {
  const server = setupServer();
  registerMswTestHooks(server);

  let lists: URLSearchParams[];
  let reads: string[];
  let now: number;
  beforeEach(() => {
    lists = [];
    reads = [];
    now = Date.parse('2026-01-02T03:04:05Z');
  });

  function setup(runs: RunOptions[], perMinute?: number, includes = false) {
    server.use(
      http.get(`${API}/organizations/myorg/runs`, ({ request }) => {
        const { searchParams } = new URL(request.url);
        lists.push(searchParams);
        const page = Number(searchParams.get('page[number]'));
        const search = searchParams.get('search[commit]') ?? '';
        const listed = runs.filter(({ commit = 'c1' }) =>
          commit.startsWith(search),
        );
        const pageOf = (number: number) =>
          listed.slice((number - 1) * 2, number * 2);
        return HttpResponse.json({
          data: pageOf(page).map(run => runAnswer(run).data),
          ...(includes && {
            included: pageOf(page).flatMap(run => runAnswer(run).included),
          }),
          meta: {
            pagination: {
              'next-page': pageOf(page + 1).length > 0 ? page + 1 : null,
            },
          },
        });
      }),
      http.get(`${API}/runs/:id`, ({ params }) => {
        reads.push(String(params.id));
        const run = runs.find(({ id }) => id === params.id);
        return run
          ? HttpResponse.json(runAnswer(run))
          : HttpResponse.json({ errors: [] }, { status: 404 });
      }),
      http.post(`${API}/runs`, async ({ request }) => {
        const { data } = (await request.json()) as {
          data: { relationships: Record<string, { data: { id: string } }> };
        };
        const again = {
          ...runs[0],
          id: 'run-again',
          status: 'planning',
          createdAt: '2027-01-01T00:00:00.000Z',
        };
        runs.push(again);
        expect(data.relationships['configuration-version'].data.id).toBe(
          'cv-c1',
        );
        return HttpResponse.json(runAnswer(again), { status: 201 });
      }),
    );
    return createFinder(() => now, perMinute).finder;
  }

  const idsOf = async (finder: RunFinder) =>
    (await finder.find(repository, 'c1', 'plan_only')).map(({ run }) => run.id);

  it('lists the runs of a commit once, and reads them from then on', async () => {
    const finder = setup([{ id: 'run-1' }]);
    for (let turn = 0; turn < 5; turn += 1) {
      now += 30_000;
      expect(await idsOf(finder)).toEqual(['run-1']);
    }
    expect(lists.map(String)).toEqual([
      String(
        new URLSearchParams({
          'filter[operation]': 'plan_only',
          'search[commit]': 'c1',
          'page[number]': '1',
          'page[size]': '100',
          include:
            'plan,apply,cost_estimate,workspace,configuration_version.ingress_attributes',
        }),
      ),
    ]);
    // A list that includes nothing is followed by a read.
    expect(reads).toHaveLength(5);
  });

  it('reads no run that a list tells everything of', async () => {
    const runs: RunOptions[] = [
      { id: 'run-1', status: 'planning' },
      { id: 'run-2', workspace: 'bills', counts: [1, 2, 3], cost: '4.5' },
    ];
    const finder = setup(runs, undefined, true);
    const found = await finder.find(repository, 'c1', 'plan_only');
    expect(reads).toEqual([]);
    expect(found).toEqual(
      runs.map(run => runDocumentSchema.parse(runAnswer(run))),
    );
    await finder.find(repository, 'c1', 'plan_only');
    expect(reads).toEqual(['run-1']);
  });

  it('reads what is over and good again half a minute later', async () => {
    const finder = setup([{ id: 'run-1', status: 'planned_and_finished' }]);
    await idsOf(finder);
    now += 29_999;
    await idsOf(finder);
    expect(reads).toHaveLength(1);
    now += 1;
    await idsOf(finder);
    expect(reads).toHaveLength(2);
  });

  it.each(['planning', 'errored', 'not_heard_of'])(
    'reads a run that is %s each time',
    async status => {
      const finder = setup([{ id: 'run-1', status }]);
      await idsOf(finder);
      await idsOf(finder);
      expect(reads).toHaveLength(2);
    },
  );

  it('takes what has just waited for who confirms it to be waiting', async () => {
    const finder = setup([
      { id: 'run-1', status: 'planned', actions: { 'is-confirmable': true } },
    ]);
    await idsOf(finder);
    const options = { toStart: true };
    now += 1_999;
    await finder.find(repository, 'c1', 'plan_only', options);
    expect(reads).toHaveLength(1);
    now += 1;
    await finder.find(repository, 'c1', 'plan_only', options);
    expect(reads).toHaveLength(2);
  });

  it('asks once which commit a run is of', async () => {
    const finder = setup([{ id: 'run-1', status: 'planning' }]);
    expect(await finder.findCommit('run-1')).toBe('c1');
    now += 3_600_000;
    expect(await finder.findCommit('run-1')).toBe('c1');
    expect(reads).toHaveLength(1);
  });

  it('lists a commit without runs every two seconds at most', async () => {
    const finder = setup([]);
    for (let turn = 0; turn < 10; turn += 1) {
      expect(await idsOf(finder)).toEqual([]);
      now += 500;
    }
    expect(lists).toHaveLength(3);
  });

  it('asks for no more lists than it may, and for more a minute later', async () => {
    const finder = setup([{ id: 'run-1' }], 0);
    expect(await idsOf(finder)).toEqual([]);
    expect(lists).toEqual([]);
    const two = setup([], 2);
    for (const commit of ['c1', 'c2', 'c3']) {
      await two.find(repository, commit, 'plan_only');
    }
    expect(lists).toHaveLength(2);
    now += 60_000;
    await two.find(repository, 'c3', 'plan_only');
    expect(lists).toHaveLength(3);
  });

  it('reads all pages', async () => {
    const runs = ['a', 'b', 'c'].map(id => ({ id, workspace: id }));
    expect((await idsOf(setup(runs))).sort()).toEqual(['a', 'b', 'c']);
  });

  it('takes the newest run of each workspace, of this commit and repository', async () => {
    const finder = setup([
      { id: 'old', createdAt: '2026-01-01T00:00:00.000Z' },
      { id: 'new', createdAt: '2026-01-02T00:00:00.000Z' },
      { id: 'other', workspace: 'bills', commit: 'c1-longer' },
    ]);
    expect(await idsOf(finder)).toEqual(['new']);
    const elsewhere = { ...repository, name: 'other' };
    expect(await finder.find(elsewhere, 'c1', 'plan_only')).toEqual([]);
  });

  it('looks for others where a run has failed', async () => {
    const runs: RunOptions[] = [{ id: 'run-1', status: 'errored' }];
    const finder = setup(runs);
    expect(await idsOf(finder)).toEqual(['run-1']);
    runs.push({ id: 'run-2', createdAt: '2027-01-01T00:00:00.000Z' });
    now += 2_000;
    expect(await idsOf(finder)).toEqual(['run-2']);
  });

  it('knows at once the run that it has started in place of another', async () => {
    const finder = setup([{ id: 'run-1', status: 'errored' }]);
    const [failed] = await finder.find(repository, 'c1', 'plan_only');
    await finder.repeat(failed);
    expect(await idsOf(finder)).toEqual(['run-again']);
    expect(lists).toHaveLength(1);
  });

  it('forgets runs that are gone with their workspace', async () => {
    const runs: RunOptions[] = [{ id: 'run-1' }];
    const finder = setup(runs);
    await idsOf(finder);
    runs.splice(0, 1, { id: 'run-2' });
    now += 30_000;
    expect(await idsOf(finder)).toEqual(['run-2']);
  });

  describe('where half of the lists that it may ask for are spent', () => {
    const searches = () => lists.map(list => list.get('search[commit]'));
    const isFound = async (finder: RunFinder, commit: string) =>
      (await finder.find(repository, commit, 'plan_only')).length > 0;

    let spent = 0;
    /** Spends half of eight lists, and forgets them. */
    async function spend(finder: RunFinder) {
      for (let count = 0; count < 4; count += 1) {
        spent += 1;
        await finder.findApplies(repository, `spent-${spent}`);
      }
      lists = [];
    }

    async function setupScarce(runs: RunOptions[], includes = true) {
      const finder = setup(runs, 8, includes);
      await spend(finder);
      return finder;
    }

    it('lists the newest runs once for all commits', async () => {
      const finder = await setupScarce([
        { id: 'run-3', commit: 'c3', createdAt: '2026-01-02T00:00:03.000Z' },
        { id: 'run-2', commit: 'c2', createdAt: '2026-01-02T00:00:02.000Z' },
      ]);
      const found = await Promise.all(
        ['c2', 'c3', 'c4'].map(commit => isFound(finder, commit)),
      );
      expect(found).toEqual([true, true, false]);
      expect(searches()).toEqual([null]);
      expect(lists[0].get('filter[operation]')).toBe(
        'plan_only,plan_and_apply',
      );
      expect(reads).toEqual([]);
    });

    it('lists them again five seconds later, as far as they are new', async () => {
      const runs: RunOptions[] = [7, 6, 5, 4, 3, 2, 1].map(second => ({
        id: `run-${second}`,
        commit: `c${second}`,
        createdAt: `2026-01-02T00:00:0${second}.000Z`,
      }));
      const finder = await setupScarce(runs);
      expect(await isFound(finder, 'c3')).toBe(true);
      expect(lists.map(list => list.get('page[number]'))).toEqual([
        '1',
        '2',
        '3',
      ]);
      runs.unshift({
        id: 'run-8',
        commit: 'c8',
        createdAt: '2026-01-02T00:00:08.000Z',
      });
      lists = [];
      now += 4_999;
      expect(await isFound(finder, 'c8')).toBe(false);
      expect(lists).toHaveLength(0);
      now += 1;
      expect(await isFound(finder, 'c8')).toBe(true);
      expect(lists.map(list => list.get('page[number]'))).toEqual(['1']);
    });

    it('lists a commit by itself that is not among them for a minute', async () => {
      const finder = await setupScarce([{ id: 'run-1' }], false);
      expect(await isFound(finder, 'c1')).toBe(false);
      now += 59_999;
      expect(await isFound(finder, 'c1')).toBe(false);
      expect(searches()).toEqual([null, null]);
      now += 1;
      await spend(finder);
      expect(await isFound(finder, 'c1')).toBe(true);
      expect(searches()).toEqual(['c1']);
    });

    it('lists a commit by itself for who is to undo what it made', async () => {
      const finder = await setupScarce([]);
      expect(await finder.findApplies(repository, 'c1')).toEqual([]);
      expect(searches()).toEqual(['c1']);
    });
  });
});
