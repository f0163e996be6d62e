import type { StandInContext, StandInDefinition } from '../standIns';
import { RateLimiter } from '../common/RateLimiter';
import { GITLAB_LIMITS, gitlabApp } from './app';
import { fullPathOf, GitLabHost } from './GitLabHost';
import { MergeRequests } from './MergeRequests';
import { Pipelines } from './Pipelines';
import { Representations } from './Representations';
import { RouteContext } from './routes/context';
import { Hooks } from './webhooks';

/** Tokens and secrets of the stand-in; they open nothing else. */
export const GITLAB_CREDENTIALS = {
  /** Scope `api`; faults hit its requests. */
  token: 'sandbox-gitlab-token',
  /** Scope `read_api`. */
  readOnlyToken: 'sandbox-gitlab-readonly',
  /** For the stand-in of HCP Terraform; no fault hits its requests. */
  runnerToken: 'sandbox-hcp-gitlab-token',
  webhookToken: 'sandbox-webhook-secret',
  webhookSigningToken: 'whsec_c2FuZGJveC13ZWJob29rLXNpZ25pbmcta2V5LTAwMDE=',
};

/**
 * GitLab: REST v4 over real repositories. The group `myorg` has a hook that
 * tells Backstage; others subscribe by `POST /projects/:id/hooks`.
 */
export const gitlabStandIn = {
  name: 'gitlab',
  title: 'GitLab',
  note: 'GitLab REST over real repositories',
  defaultPort: 7106,
  async open({
    directory,
    url,
    faults,
    now,
    backstageUrl,
    enforcesLimits,
  }: Pick<
    StandInContext,
    'directory' | 'url' | 'faults' | 'now' | 'backstageUrl' | 'enforcesLimits'
  >) {
    const host = await GitLabHost.open({ directory, now });
    const show = new Representations(url);
    const hooks = new Hooks(host, show, directory);
    const context: RouteContext = {
      host,
      show,
      hooks,
      requests: new MergeRequests(host),
      pipelines: new Pipelines(host, directory),
    };
    const addOwnHook = () =>
      hooks.setOfGroup('myorg', {
        url: `${backstageUrl}/api/runs/webhooks/gitlab`,
        token: GITLAB_CREDENTIALS.webhookToken,
        signingToken: GITLAB_CREDENTIALS.webhookSigningToken,
        pushEvents: false,
        mergeRequestsEvents: true,
        pipelineEvents: true,
        noteEvents: false,
      });
    addOwnHook();
    await context.requests.start();
    return {
      listener: gitlabApp(
        context,
        faults,
        new RateLimiter(GITLAB_LIMITS, now, enforcesLimits),
      ),
      inventory: () => takeInventory(context),
      async idle() {
        await host.idle();
        await hooks.idle();
      },
      async reset() {
        await host.reset();
        addOwnHook();
        await context.requests.start();
      },
      stop: () => host.idle(),
    };
  },
} satisfies StandInDefinition;

async function takeInventory({ host, requests }: RouteContext) {
  const projects = host
    .projects()
    .map(record => ({ record, name: fullPathOf(record) }))
    .sort((one, other) => one.name.localeCompare(other.name));
  return {
    projects: await Promise.all(
      projects.map(async ({ record, name }) => ({
        name,
        archived: record.archived,
        markedForDeletion: record.markedForDeletionOn !== undefined,
        branches: record.ready
          ? (await host.gitOf(record).branches()).map(branch => branch.name)
          : [],
        /** Access levels, by group. */
        sharedWith: Object.fromEntries(
          (record.shares ?? []).map(({ groupId, access }) => [
            host.findGroup(String(groupId))?.fullPath,
            access,
          ]),
        ),
        mergeRequests: requests
          .list(record.id)
          .reverse()
          .map(({ iid, title, state, sourceBranch }) => ({
            iid,
            title,
            state,
            sourceBranch,
          })),
      })),
    ),
  };
}
