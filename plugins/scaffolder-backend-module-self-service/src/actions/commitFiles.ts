import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { ScmIntegrationRegistry } from '@backstage/integration';
import {
  chooseProvider,
  GitProvider,
} from '@self-service/plugin-providers-node';
import { toRunKey } from '@self-service/plugin-runs-node';
import { readFiles } from '../git/readFiles';
import { readRepository } from '../git/readRepository';
import { FAILURE_OUTPUTS } from '../run/failure/failureOutputs';
import { FailureServices } from '../run/failure/ActingStep';
import { withFailureBehaviour } from '../run/failure/withFailureBehaviour';
import { inputDigest } from '../run/inputDigest';
import { AnyActionContext } from '../run/RunContext';
import { EffectServices, withEffect } from '../run/withEffect';
import { examples } from './commitFiles.examples';

const ACTION = 'git:commit';

interface CommitServices extends EffectServices, FailureServices {
  git: readonly GitProvider[];
  integrations: ScmIntegrationRegistry;
  /** Of repositories that are written without one. */
  defaultGitHost?: string;
}

/** The part of the input that the commit is made of. */
interface CommitInput {
  repoUrl: string;
  branchName?: string;
  commitMessage: string;
  sourcePath?: string;
  targetPath?: string;
}

/**
 * Commits files of the workspace onto a branch that exists, without a pull
 * request. Run again, it finds its own commit.
 */
export function createCommitFilesAction(services: CommitServices) {
  return createTemplateAction({
    id: ACTION,
    description:
      'Commits files of the workspace onto a branch that exists, which nobody reviews; run again, it finds its own commit. A rollback leaves it where it is. Where people are to look first, use git:pull-request:create.',
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
        branchName: z =>
          z
            .string()
            .min(1)
            .optional()
            .describe("Branch to commit to; the repository's default branch"),
        commitMessage: z => z.string().min(1).describe('Message of the commit'),
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
        remoteUrl: z => z.string().describe('Address of the commit'),
        commitHash: z => z.string().describe('Its id'),
        branchName: z => z.string().describe('Branch that it is on'),
      },
    },
    async handler(ctx) {
      const { input } = ctx;
      const context = ctx as unknown as AnyActionContext;
      if (ctx.isDryRun) {
        const { place, files } = await prepare(context, services, input);
        ctx.logger.info(
          `Dry run: would commit '${
            input.commitMessage
          }' to ${place} with ${files.map(({ path }) => path).join(', ')}`,
        );
        ctx.output('remoteUrl', 'https://dry-run.invalid');
        ctx.output('commitHash', 'dry-run');
        ctx.output('branchName', input.branchName ?? 'main');
        return;
      }
      const digest = inputDigest({ ...input });
      await withFailureBehaviour(
        context,
        services,
        { inputDigest: digest },
        async ({ run }) => {
          const { url, reference } = await commit(
            run.action,
            services,
            input,
            digest,
          );
          ctx.logger.info(`Commit ${url}`);
          ctx.output('remoteUrl', url ?? '');
          ctx.output('commitHash', String(reference?.commit));
          ctx.output('branchName', String(reference?.branch));
        },
      );
    },
  });
}

async function prepare(
  ctx: AnyActionContext,
  services: CommitServices,
  input: CommitInput,
) {
  const repository = readRepository(input.repoUrl, services);
  const { host, owner, name } = repository;
  const provider = chooseProvider(
    services.git,
    candidate => candidate.serves(host),
    `git host ${host}`,
  );
  const files = await readFiles(
    ctx.workspacePath,
    input.sourcePath,
    input.targetPath,
  );
  const branch = input.branchName ? `#${input.branchName}` : '';
  return {
    repository,
    provider,
    files,
    place: `${host}/${owner}/${name}${branch}`,
  };
}

async function commit(
  ctx: AnyActionContext,
  services: CommitServices,
  input: CommitInput,
  digest: string,
) {
  const prepared = await prepare(ctx, services, input);
  const { provider, files, place } = prepared;
  const { host, owner, name } = prepared.repository;
  const repository = { host, owner, name };
  const { branchName, commitMessage: message } = input;
  const key = toRunKey(ctx.task.id, ctx.step?.id ?? '', digest);
  return withEffect(
    ctx,
    services,
    {
      action: ACTION,
      inputDigest: digest,
      capability: 'git',
      provider: provider.id,
      kind: 'commit',
      // Any number of runs commit to one branch: each commit is its run's own.
      name: `${place} (${key})`,
      reference: {
        repository,
        ...(branchName !== undefined && { branch: branchName }),
      },
    },
    async (runKey, _claimed, signal) => {
      const made = await provider.commitFiles({
        repository,
        branch: branchName,
        message,
        files,
        runKey,
        signal,
      });
      return { url: made.url, reference: { repository, ...made } };
    },
  );
}
