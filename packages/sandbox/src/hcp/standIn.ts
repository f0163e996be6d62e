import { RUNNER_TOKEN as GITHUB_TOKEN } from '../github/app';
import { RUNNER_TOKEN as GITLAB_TOKEN } from '../gitlab/model';
import { StandIn, StandInContext, StandInDefinition } from '../standIns';
import { RateLimiter } from '../common/RateLimiter';
import { HCP_LIMITS, hcpApp } from './app';
import { Engine } from './Engine';
import { GitHubVcs } from './GitHubVcs';
import { GitLabVcs } from './GitLabVcs';
import { HcpTerraform } from './HcpTerraform';
import { ORGANIZATION, RunRecord, VcsRepo, WorkspaceRecord } from './model';
import { Notifier } from './Notifier';
import { Store } from './Store';
import { VcsClient } from './vcs';
import { Watcher } from './Watcher';

/** OAuth tokens of the organisation: with which account repositories are read. */
export const OAUTH_TOKENS = {
  github: 'ot-sandboxGitHub001',
  gitlab: 'ot-sandboxGitLab001',
};

/** HCP Terraform: workspaces, runs, states, over the git hosts of the sandbox. */
export const hcpStandIn: StandInDefinition = {
  name: 'hcp',
  title: 'HCP Terraform',
  note: 'workspaces that plan merge requests and apply what is merged',
  defaultPort: 7107,
  async open(context) {
    return open(context);
  },
};

function open(context: StandInContext): StandIn {
  const { directory, url, faults, databases, delays, now } = context;
  const store = Store.open(directory);
  const clients = new Map<string, VcsClient>([
    [OAUTH_TOKENS.github, new GitHubVcs(context.urls.githubApi, GITHUB_TOKEN)],
    [
      OAUTH_TOKENS.gitlab,
      new GitLabVcs(`${context.standInUrls.gitlab}/api/v4`, GITLAB_TOKEN),
    ],
  ]);
  const vcs = ({ oauthTokenId }: VcsRepo) => clients.get(oauthTokenId);
  const runUrl = ({ name }: WorkspaceRecord, { id }: RunRecord) =>
    `${url}/app/${ORGANIZATION}/workspaces/${name}/runs/${id}`;
  const shared = { store, now, runUrl, organization: ORGANIZATION };
  const notifier = new Notifier(shared);
  const engine = new Engine({
    ...shared,
    databases,
    faults,
    delays,
    notifier,
    vcs: ({ vcsRepo }) => vcsRepo && vcs(vcsRepo),
  });
  const watcher = new Watcher({ store, engine, vcs });
  const hcp = new HcpTerraform(store, engine, watcher, notifier, now);
  const limiter = new RateLimiter(HCP_LIMITS, now, context.enforcesLimits);
  engine.resume();
  watcher.start();
  return {
    listener: hcpApp({ hcp, faults, limiter }),
    inventory: () => ({
      workspaces: store.workspaces
        .values()
        .map(({ id, name, workingDirectory }) => ({
          name,
          workingDirectory,
          resources: store.currentState(id)?.resources ?? 0,
          runs: store.runsOf(id).map(({ status, planOnly, isDestroy }) => ({
            status,
            planOnly,
            isDestroy,
          })),
        }))
        .sort((one, other) => one.name.localeCompare(other.name)),
    }),
    async idle() {
      await watcher.look().catch(() => undefined);
      await engine.idle();
      await notifier.idle();
    },
    async reset() {
      await engine.idle();
      store.clear();
    },
    async stop() {
      await watcher.stop();
      await engine.stop();
      await notifier.idle();
    },
  };
}
