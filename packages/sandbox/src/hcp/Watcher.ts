import { Engine } from './Engine';
import {
  ConfigurationVersionRecord,
  newId,
  VcsRepo,
  WorkspaceRecord,
} from './model';
import { Store } from './Store';
import { VcsClient, VcsPull } from './vcs';

/** How often repositories are looked at. */
const INTERVAL_MS = 200;

interface WatcherOptions {
  store: Store;
  engine: Engine;
  vcs(repo: VcsRepo): VcsClient | undefined;
}

/**
 * Starts the runs that version control asks for: a plan for each head of an
 * open pull request, a plan to apply for each merged one.
 *
 * @remarks
 * HCP Terraform hears of them by webhooks; the stand-in asks, so that nothing
 * is lost while it is down. What was open before a workspace was connected is
 * not planned: webhooks tell of what is opened and pushed from then on. A run
 * is for workspaces whose working directory has changed. Source: HCP Terraform,
 * "UI/VCS-driven run workflow" and "Automatic run triggering".
 */
export class Watcher {
  readonly #options: WatcherOptions;
  #timer: NodeJS.Timeout | undefined;
  #sweep: Promise<void> = Promise.resolve();

  constructor(options: WatcherOptions) {
    this.#options = options;
  }

  /** Looks again and again, until `stop`. */
  start(): void {
    this.#timer = setInterval(() => {
      this.look().catch(() => {
        // the git host is down: asked again
      });
    }, INTERVAL_MS);
    this.#timer.unref();
  }

  /** Looks once; resolves when runs of what is new have begun. */
  look(): Promise<void> {
    const next = this.#sweep.then(() => this.#look());
    this.#sweep = next.catch(() => undefined);
    return next;
  }

  /** Ends what `start` began. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sweep;
  }

  /** What a workspace that is being connected need not look at any more. */
  async listStanding(repo: VcsRepo): Promise<string[] | undefined> {
    const client = this.#options.vcs(repo);
    if (!client || !(await client.defaultBranch(repo.identifier))) {
      return undefined;
    }
    const pulls = await client.pulls(repo.identifier);
    return pulls.flatMap(pull => [
      headKey(pull),
      ...(pull.mergeCommit ? [mergeKey(pull)] : []),
    ]);
  }

  /** Runs the default branch as it stands, as a new workspace does. */
  async runDefaultBranch(workspace: WorkspaceRecord): Promise<void> {
    const { store, engine, vcs } = this.#options;
    const { identifier } = workspace.vcsRepo!;
    const branch = await vcs(workspace.vcsRepo!)!.defaultBranch(identifier);
    const configurationVersion: ConfigurationVersionRecord = {
      id: newId('cv'),
      workspaceId: workspace.id,
      speculative: false,
      identifier,
      branch: branch!.name,
      commitSha: branch!.commit,
      commitMessage: 'The default branch',
      sender: 'sandbox',
    };
    store.configurationVersions.set(
      configurationVersion.id,
      configurationVersion,
    );
    engine.create({
      workspace,
      configurationVersion,
      planOnly: false,
      message: 'Configuration uploaded successfully',
      source: 'tfe-configuration-version',
    });
  }

  async #look(): Promise<void> {
    const byRepo = new Map<string, WorkspaceRecord[]>();
    for (const workspace of this.#options.store.workspaces.values()) {
      if (workspace.vcsRepo && this.#acceptsRuns(workspace)) {
        const { oauthTokenId, identifier } = workspace.vcsRepo;
        const key = `${oauthTokenId} ${identifier}`;
        byRepo.set(key, [...(byRepo.get(key) ?? []), workspace]);
      }
    }
    for (const workspaces of byRepo.values()) {
      await this.#lookAt(workspaces);
    }
  }

  /** A workspace that has never run takes no runs from version control. */
  #acceptsRuns({ id, queueAllRuns }: WorkspaceRecord): boolean {
    return queueAllRuns || this.#options.store.runsOf(id).length > 0;
  }

  async #lookAt(workspaces: WorkspaceRecord[]): Promise<void> {
    const [{ vcsRepo }] = workspaces;
    const client = this.#options.vcs(vcsRepo!);
    if (!client) {
      return;
    }
    const pulls = await client.pulls(vcsRepo!.identifier);
    const branch = vcsRepo!.branch || undefined;
    for (const pull of pulls.reverse()) {
      const key = pull.mergeCommit ? mergeKey(pull) : headKey(pull);
      const news = workspaces.filter(({ seen }) => !seen.includes(key));
      const isOurs = !branch || pull.base === branch;
      if (pull.state !== 'closed' && isOurs && news.length > 0) {
        const paths = await client.changedPaths(
          vcsRepo!.identifier,
          pull.number,
        );
        for (const workspace of news) {
          this.#begin(workspace, pull, key, paths);
        }
      }
    }
  }

  #begin(
    workspace: WorkspaceRecord,
    pull: VcsPull,
    key: string,
    paths: string[],
  ): void {
    const { store, engine } = this.#options;
    const { workingDirectory: directory, vcsRepo } = workspace;
    if (!store.workspaces.get(workspace.id)) {
      return;
    }
    const prefix = directory ? `${directory}/` : '';
    const isMerge = pull.mergeCommit !== undefined;
    const isFor = paths.some(path => path.startsWith(prefix));
    if (isFor && (isMerge || workspace.speculativeEnabled)) {
      const configurationVersion: ConfigurationVersionRecord = {
        id: newId('cv'),
        workspaceId: workspace.id,
        speculative: !isMerge,
        identifier: vcsRepo!.identifier,
        branch: isMerge ? pull.base : pull.branch,
        commitSha: pull.mergeCommit ?? pull.head,
        commitMessage: isMerge ? `Merge '${pull.title}'` : pull.title,
        sender: pull.author,
        ...(!isMerge && {
          pullRequest: {
            number: pull.number,
            url: pull.url,
            title: pull.title,
          },
        }),
      };
      store.configurationVersions.set(
        configurationVersion.id,
        configurationVersion,
      );
      engine.create({
        workspace,
        configurationVersion,
        planOnly: !isMerge,
        message: configurationVersion.commitMessage,
        source: 'tfe-configuration-version',
      });
    }
    workspace.seen = [...workspace.seen, key];
    store.workspaces.set(workspace.id, workspace);
  }
}

function headKey({ number, head }: VcsPull): string {
  return `${number}@${head}`;
}

function mergeKey({ number, mergeCommit }: VcsPull): string {
  return `${number}^${mergeCommit}`;
}
