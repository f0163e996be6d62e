import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { ScmIntegrationRegistry } from '@backstage/integration';
import {
  chooseProvider,
  GitProvider,
  Repository,
} from '@self-service/plugin-providers-node';
import { readFiles } from '../git/readFiles';
import { readRepository } from '../git/readRepository';
import { inputDigest } from '../run/inputDigest';
import { FAILURE_OUTPUTS } from '../run/failure/failureOutputs';
import { FailureServices } from '../run/failure/ActingStep';
import { withFailureBehaviour } from '../run/failure/withFailureBehaviour';
import { AnyActionContext } from '../run/RunContext';
import { EffectServices, isRefusal, withEffect } from '../run/withEffect';
import { toRunKey } from '@self-service/plugin-runs-node';
import { examples } from './pullRequest.examples';

const ACTION = 'git:pull-request:create';

interface PullRequestServices extends EffectServices, FailureServices {
  git: readonly GitProvider[];
  integrations: ScmIntegrationRegistry;
  /** Of repositories that are written without one. */
  defaultGitHost?: string;
}

/**
 * Commits a rendered folder to a new branch and opens a pull request. Run
 * again, it finds and reuses its own branch and pull request.
 */
export function createPullRequestAction(services: PullRequestServices) {
  return createTemplateAction({
    id: ACTION,
    description:
      'Commits files of the workspace to a new branch and opens a pull request; run again, it reuses its own.',
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        repoUrl: z =>
          z
            .string()
            .describe(
              "Repository, as <owner>/<name> on the portal's git host or as <host>?owner=<owner>&repo=<name>",
            ),
        branchName: z => z.string().min(1).describe('Branch to create'),
        targetBranchName: z =>
          z
            .string()
            .optional()
            .describe("Branch to merge into; the repository's default branch"),
        title: z => z.string().min(1).describe('Title of the pull request'),
        description: z =>
          z.string().optional().describe('Text of the pull request'),
        commitMessage: z =>
          z.string().optional().describe('Message of the commit; the title'),
        sourcePath: z =>
          z
            .string()
            .optional()
            .describe('Folder of the workspace to commit; all of it'),
        targetPath: z =>
          z
            .string()
            .optional()
            .describe('Folder of the repository to put it into; its root'),
      },
      output: {
        ...FAILURE_OUTPUTS,
        remoteUrl: z => z.string().describe('Address of the pull request'),
        pullRequestNumber: z => z.number().describe('Its number'),
        headCommit: z => z.string().describe('Commit id of its head'),
        targetBranchName: z => z.string().describe('Branch it goes into'),
      },
    },
    async handler(ctx) {
      const { input } = ctx;
      const context = ctx as unknown as AnyActionContext;
      if (ctx.isDryRun) {
        const { name, files } = await prepare(context, services, input);
        ctx.logger.info(
          `Dry run: would open pull request '${
            input.title
          }' from ${name} with ${files.map(({ path }) => path).join(', ')}`,
        );
        ctx.output('remoteUrl', 'https://dry-run.invalid');
        ctx.output('pullRequestNumber', 0);
        ctx.output('headCommit', 'dry-run');
        ctx.output('targetBranchName', input.targetBranchName ?? 'main');
        return;
      }
      const digest = inputDigest({
        repoUrl: input.repoUrl,
        branchName: input.branchName,
        targetPath: input.targetPath,
      });
      await withFailureBehaviour(
        context,
        services,
        { inputDigest: digest },
        async () => {
          const made = await ctx.checkpoint({
            key: `pull-request.${digest}`,
            fn: () => openPullRequest(context, services, input, digest),
          });
          ctx.logger.info(`Pull request ${made.url}`);
          ctx.output('remoteUrl', made.url);
          ctx.output('pullRequestNumber', made.number);
          ctx.output('headCommit', made.headCommit);
          ctx.output('targetBranchName', made.base);
        },
      );
    },
  });
}

/** The part of the input that the request is made of. */
interface PullRequestInput {
  repoUrl: string;
  branchName: string;
  targetBranchName?: string;
  title: string;
  description?: string;
  commitMessage?: string;
  sourcePath?: string;
  targetPath?: string;
}

async function prepare(
  ctx: AnyActionContext,
  services: PullRequestServices,
  input: PullRequestInput,
) {
  const repository = readRepository(input.repoUrl, services);
  const provider = chooseProvider(
    services.git,
    candidate => candidate.serves(repository.host),
    `git host ${repository.host}`,
  );
  const files = await readFiles(
    ctx.workspacePath,
    input.sourcePath,
    input.targetPath,
  );
  const name = `${repository.host}/${repository.owner}/${repository.name}#${input.branchName}`;
  return { repository, provider, files, name };
}

async function openPullRequest(
  ctx: AnyActionContext,
  services: PullRequestServices,
  input: PullRequestInput,
  digest: string,
): Promise<{ url: string; number: number; headCommit: string; base: string }> {
  const { repository, provider, files, name } = await prepare(
    ctx,
    services,
    input,
  );
  const { reference } = await withEffect(
    ctx,
    services,
    {
      action: ACTION,
      inputDigest: digest,
      capability: 'git',
      provider: provider.id,
      kind: 'pull request',
      name,
      provesAbsence: async error =>
        isRefusal(error) &&
        removeRemains(provider, repository, input.branchName, {
          runKey: toRunKey(ctx.task.id, ctx.step?.id ?? '', digest),
          signal: ctx.signal,
        }),
    },
    async (runKey, _claimed, signal) => {
      const pullRequest = await provider.createPullRequest({
        repository,
        branch: input.branchName,
        base: input.targetBranchName,
        title: input.title,
        body: input.description ?? '',
        commitMessage: input.commitMessage ?? input.title,
        files,
        runKey,
        signal,
      });
      return {
        url: pullRequest.url,
        reference: {
          url: pullRequest.url,
          number: pullRequest.number,
          headCommit: pullRequest.head.commit,
          base: pullRequest.base,
        },
      };
    },
  );
  return {
    url: String(reference?.url),
    number: Number(reference?.number),
    headCommit: String(reference?.headCommit),
    base: String(reference?.base),
  };
}

/**
 * Deletes the branch of a pull request that was refused: it is made first.
 *
 * @returns whether nothing of this step exists then
 */
async function removeRemains(
  provider: GitProvider,
  repository: Repository,
  branch: string,
  options: { runKey: string; signal?: AbortSignal },
): Promise<boolean> {
  const { runKey, signal } = options;
  const found = await provider.findPullRequest(repository, branch, { signal });
  if (found?.openedBy === runKey) {
    return false;
  }
  await provider.removeBranch(repository, branch, options);
  return true;
}
