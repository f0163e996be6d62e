import { GitHostClient } from './GitHostClient';
import * as messages from './messages';
import { ProjectRun, PullRun } from './runs';

/** Reports on plans and applies as commit statuses, as Atlantis does. */
export class Reporter {
  /**
   * @param client - the git host
   * @param url - base URL of the plan and apply pages
   */
  constructor(
    private readonly client: GitHostClient,
    private readonly url: string,
  ) {}

  /** Reports on all projects of a head; `done` of them went well. */
  async all(
    run: PullRun,
    command: messages.Command,
    state: 'pending' | 'success' | 'failure',
    done = 0,
  ): Promise<void> {
    await this.client.setStatus(run, run.head, {
      state,
      context: messages.combinedContext(command),
      description:
        state === 'pending'
          ? messages.progressDescription(command)
          : messages.combinedDescription(command, done, run.projects.length),
      target_url: this.#page(run, command, run.projects[0]?.directory),
    });
  }

  /** Reports on one project of a head. */
  async one(
    run: PullRun,
    project: ProjectRun,
    command: messages.Command,
    state: 'pending' | 'success' | 'failure',
    description: string,
  ): Promise<void> {
    await this.client.setStatus(run, run.head, {
      state,
      context: messages.projectContext(command, project.directory),
      description,
      target_url: this.#page(run, command, project.directory),
    });
  }

  #page(run: PullRun, command: string, directory = '.'): string {
    const { owner, repo, number, head } = run;
    return `${this.url}/${command}/${owner}/${repo}/${number}/${head}/${directory}`;
  }
}
