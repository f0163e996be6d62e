import { Destruction, PullRequest } from '@self-service/plugin-providers-node';
import { toDirectory } from './directory';
import { createdRunSchema, RunDocument } from './documents';
import { HcpClient, Http } from './HcpClient';
import { DestructionStep, planDestruction } from './planDestruction';
import { RunPage } from './readRuns';
import { confirmRun, stopRun } from './runActions';
import { RunFinder } from './RunFinder';
import { isApplied, isFailed } from './runStatuses';

interface CallOptions {
  runKey: string;
  signal?: AbortSignal;
}

/** One workspace in which a pull request was to be applied, and what to do. */
interface Site {
  merges: RunDocument[];
  step: DestructionStep;
}

/** A destroy run to follow. */
interface Followed {
  id: string;
  /** Whether it was seen before it was over. */
  watched: boolean;
  /** When that one was seen to have failed; milliseconds since the epoch. */
  failedAt?: number;
}

/** Most destroy runs that are remembered. */
const MAXIMUM_KNOWN = 1_000;

const WAITING_FOR_LIST: Destruction = {
  status: 'pending',
  description: 'Waits until the runs of HCP Terraform may be listed again.',
};

/**
 * Destroys what merged pull requests have applied, by runs that destroy.
 *
 * @remarks
 * Such a run destroys all that a workspace manages, and waits to be confirmed
 * however the workspace is set. It names the configuration of the merge: what is
 * newest may be a proposal that has no such directory any more, and without its
 * directory a run errors. It is found again by the run key in its message.
 * Source: HCP Terraform, Runs API ("Create a run": `is-destroy`; without a
 * configuration version the most recently used one is taken) and "Workspace
 * settings" ("Destroy plans must always be manually applied").
 */
export class Destroyer {
  readonly #runs: RunFinder;
  readonly #client: HcpClient;
  readonly #http: Http;
  readonly #toUrl: RunPage;
  /** By run key and workspace. */
  readonly #known = new Map<string, Followed>();

  constructor(runs: RunFinder, client: HcpClient, http: Http, toUrl: RunPage) {
    this.#runs = runs;
    this.#client = client;
    this.#http = http;
    this.#toUrl = toUrl;
  }

  /**
   * See `InfrastructureProvider.destroy`, for a merged pull request. Where one
   * workspace can't be destroyed, none is begun with.
   *
   * @param directories - paths in the repository
   */
  async destroy(
    { repository, mergeCommit, url }: PullRequest,
    directories: readonly string[],
    options: CallOptions,
  ): Promise<Destruction> {
    const { signal } = options;
    const applies = mergeCommit
      ? await this.#runs.findApplies(repository, mergeCommit, { signal })
      : [];
    if (!applies) {
      return WAITING_FOR_LIST;
    }
    const sites: Site[] = [];
    for (const merges of groupByWorkspace(applies, directories)) {
      const step = await this.#plan(merges, options);
      sites.push({ merges, step });
    }
    const isRefused = sites.some(({ step }) => step.result.status === 'failed');
    const results: Destruction[] = [];
    for (const site of sites) {
      const mayAct = !isRefused || site.step.act === 'discard';
      results.push(
        mayAct ? await this.#act(site, url, options) : this.#tell(site.step),
      );
    }
    return summarize(results);
  }

  async #plan(
    merges: RunDocument[],
    { runKey, signal }: CallOptions,
  ): Promise<DestructionStep> {
    const workspace = merges[0].run.relationships.workspace.data.id;
    const key = toKey(runKey, workspace);
    const now = this.#http.now();
    const known = this.#known.get(key);
    if (known) {
      return this.#follow(known, merges, signal);
    }
    const first = planDestruction({ merges, now });
    if (first.act !== 'create') {
      return first;
    }
    const listed = await this.#runs.listDestructions(workspace, { signal });
    if (!listed) {
      return { result: WAITING_FOR_LIST };
    }
    const own = listed.filter(({ attributes }) =>
      attributes.message?.includes(toMark(runKey)),
    );
    // Two calls at once may have made two: the older one has its turn first.
    const run =
      own.findLast(
        ({ attributes: { status } }) => !isApplied(status) && !isFailed(status),
      ) ?? own[0];
    return run
      ? this.#follow(this.#remember(key, run.id, false), merges, signal)
      : first;
  }

  async #follow(
    known: Followed,
    merges: RunDocument[],
    signal?: AbortSignal,
  ): Promise<DestructionStep> {
    const destruction = await this.#runs.read(known.id, { signal });
    const now = this.#http.now();
    if (!isFailed(destruction.run.attributes.status)) {
      known.watched = true;
    } else if (known.watched) {
      // The vendor's clock may be another: it is told once at least.
      known.failedAt ??= now;
    }
    const { failedAt } = known;
    return planDestruction({ merges, destruction, failedAt, now });
  }

  async #act(
    { merges, step }: Site,
    url: string,
    options: CallOptions,
  ): Promise<Destruction> {
    switch (step.act) {
      case 'create':
        return this.#create(merges, url, options);
      case 'confirm':
        await confirmRun(this.#client, step.run!, options);
        break;
      case 'discard':
        await stopRun(this.#client, step.run!, options);
        break;
      default:
    }
    return this.#tell(step);
  }

  #tell({ result, run }: DestructionStep): Destruction {
    return { ...result, ...(run && { url: this.#toUrl(run) }) };
  }

  async #create(
    merges: RunDocument[],
    url: string,
    { runKey, signal }: CallOptions,
  ): Promise<Destruction> {
    const newest = merges.reduce((one, other) =>
      one.run.attributes['created-at'] > other.run.attributes['created-at']
        ? one
        : other,
    );
    const { workspace, 'configuration-version': version } =
      newest.run.relationships;
    const name = newest.workspace?.attributes.name ?? workspace.data.id;
    const { data } = await this.#client.call({
      action: `start a destroy run in ${name}`,
      method: 'POST',
      path: ['runs'],
      body: {
        data: {
          type: 'runs',
          attributes: {
            'is-destroy': true,
            'auto-apply': false,
            'plan-only': false,
            message: `Self-Service takes back ${url} ${toMark(runKey)}`,
          },
          relationships: {
            workspace: { data: { type: 'workspaces', id: workspace.data.id } },
            ...(version?.data && {
              'configuration-version': {
                data: { type: 'configuration-versions', id: version.data.id },
              },
            }),
          },
        },
      },
      answer: createdRunSchema,
      remedies: {
        404: "Ask the platform team to give the portal's token the right to queue and apply runs.",
        422: `Allow destroy plans in Settings > Destruction and deletion of the workspace ${name}, then try again.`,
      },
      signal,
    });
    this.#remember(toKey(runKey, workspace.data.id), data.id, true);
    return {
      status: 'pending',
      description: 'Waits for the plan of the destruction.',
      url: this.#toUrl({ ...newest, run: data }),
    };
  }

  #remember(key: string, id: string, watched: boolean): Followed {
    const followed: Followed = { id, watched };
    this.#known.set(key, followed);
    if (this.#known.size > MAXIMUM_KNOWN) {
      this.#known.delete([...this.#known.keys()][0]);
    }
    return followed;
  }
}

function toKey(runKey: string, workspace: string): string {
  return `${workspace} ${runKey}`;
}

function toMark(runKey: string): string {
  return `[${runKey}]`;
}

/** The runs of each workspace that works in one of the directories. */
function groupByWorkspace(
  applies: readonly RunDocument[],
  directories: readonly string[],
): RunDocument[][] {
  const paths = directories.map(toDirectory);
  const groups = new Map<string, RunDocument[]>();
  for (const document of applies) {
    const { run, workspace } = document;
    const directory = workspace?.attributes['working-directory'] ?? '';
    if (paths.includes(toDirectory(directory))) {
      const { id } = run.relationships.workspace.data;
      groups.set(id, [...(groups.get(id) ?? []), document]);
    }
  }
  return [...groups.values()];
}

/** The worst of all, in the words of the first that is so. */
function summarize(results: readonly Destruction[]): Destruction {
  for (const status of ['failed', 'pending', 'destroyed'] as const) {
    const found = results.find(result => result.status === status);
    if (found) {
      return found;
    }
  }
  return {
    status: 'absent',
    description: 'Nothing of it was ever applied there.',
  };
}
