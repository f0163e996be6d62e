import { ScmIntegrationRegistry } from '@backstage/integration';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import {
  chooseProvider,
  CreatedRepository,
  GitProvider,
  REPOSITORY_PERMISSIONS,
  RepositoryVisibility,
} from '@self-service/plugin-providers-node';
import { readFiles } from '../git/readFiles';
import { readRepository } from '../git/readRepository';
import { FailureServices } from '../run/failure/ActingStep';
import { FAILURE_OUTPUTS } from '../run/failure/failureOutputs';
import { withFailureBehaviour } from '../run/failure/withFailureBehaviour';
import { inputDigest } from '../run/inputDigest';
import { AnyActionContext } from '../run/RunContext';
import { EffectServices, withEffect } from '../run/withEffect';
import { examples } from './createRepository.examples';
import {
  parseTeam,
  prepareTeamGrant,
  TeamInput,
  TeamServices,
} from './repositoryTeam';

const ACTION = 'git:repository:create';

interface RepositoryServices
  extends EffectServices,
    FailureServices,
    TeamServices {
  git: readonly GitProvider[];
  /** Of repositories that are written without one. */
  defaultGitHost?: string;
}

/** The part of the input that a repository is made of. */
interface RepositoryInput extends TeamInput {
  repoUrl: string;
  templateRepoUrl?: string;
  visibility: RepositoryVisibility;
  description?: string;
  sourcePath?: string;
}

/**
 * Creates a repository, empty or from a template repository. Run again, it
 * finds its own.
 */
export function createRepositoryAction(services: RepositoryServices) {
  return createTemplateAction({
    id: ACTION,
    description:
      'Creates a repository, empty or with the files of a template repository; run again, it finds its own.',
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        repoUrl: z =>
          z
            .string()
            .describe(
              "Repository to create, as <owner>/<name> on the portal's git host or as <host>?owner=<owner>&repo=<name>",
            ),
        templateRepoUrl: z =>
          z
            .string()
            .optional()
            .describe(
              'Repository whose files it starts with, written the same way; an empty first commit without',
            ),
        visibility: z =>
          z
            .enum(['private', 'internal', 'public'])
            .optional()
            .describe('Who can see it; private without'),
        description: z =>
          z.string().optional().describe('What it is for, in one line'),
        sourcePath: z =>
          z
            .string()
            .optional()
            .describe(
              'Folder of the workspace whose files are committed on top, in the place of those of the same path; none without',
            ),
        team: z =>
          z
            .string()
            .optional()
            .describe(
              'Group of the catalog that gets a permission on it, by entity ref or name; none without',
            ),
        permission: z =>
          z
            .enum(REPOSITORY_PERMISSIONS)
            .optional()
            .describe('What the team may do there; write without'),
      },
      output: {
        ...FAILURE_OUTPUTS,
        remoteUrl: z => z.string().describe('Address of the repository'),
        cloneUrl: z => z.string().describe('Address for git clone'),
        repoContentsUrl: z =>
          z
            .string()
            .describe(
              'Address of its files on the default branch, for catalog:register-component',
            ),
        defaultBranch: z => z.string().describe('Its default branch'),
      },
    },
    async handler(ctx) {
      const { visibility = 'private', ...rest } = ctx.input;
      const input = { ...rest, visibility };
      if (ctx.isDryRun) {
        const { host, owner, name } = readRepository(input.repoUrl, services);
        ctx.logger.info(
          `Dry run: would create the ${visibility} repository ${host}/${owner}/${name}`,
        );
        if (input.team) {
          const { name: team } = parseTeam(input.team);
          const { permission = 'write' } = input;
          ctx.logger.info(
            `Dry run: would give the team ${team} the permission ${permission} on it`,
          );
        }
        ctx.output('remoteUrl', `https://${host}/${owner}/${name}`);
        ctx.output('cloneUrl', `https://${host}/${owner}/${name}.git`);
        ctx.output(
          'repoContentsUrl',
          `https://${host}/${owner}/${name}/blob/main`,
        );
        ctx.output('defaultBranch', 'main');
        return;
      }
      const digest = inputDigest({
        repoUrl: input.repoUrl,
        templateRepoUrl: input.templateRepoUrl,
      });
      await withFailureBehaviour(
        ctx as unknown as AnyActionContext,
        services,
        { inputDigest: digest },
        async ({ run }) => {
          const { url, reference } = await create(
            run.action,
            services,
            input,
            digest,
          );
          ctx.logger.info(`Repository ${url}`);
          ctx.output('remoteUrl', url ?? '');
          ctx.output('cloneUrl', String(reference?.cloneUrl));
          ctx.output('repoContentsUrl', String(reference?.contentsUrl));
          ctx.output('defaultBranch', String(reference?.defaultBranch));
        },
      );
    },
  });
}

async function create(
  ctx: AnyActionContext,
  services: RepositoryServices,
  input: RepositoryInput,
  digest: string,
) {
  const { git, integrations } = services;
  const { repoUrl, templateRepoUrl, visibility, description, sourcePath } =
    input;
  const repository = readRepository(repoUrl, services);
  const { host, owner, name } = repository;
  const template = templateRepoUrl
    ? readRepository(templateRepoUrl, services)
    : undefined;
  const provider = chooseProvider(
    git,
    candidate => candidate.serves(host),
    `git host ${host}`,
  );
  const files = sourcePath
    ? await readFiles(ctx.workspacePath, sourcePath)
    : undefined;
  const grant = await prepareTeamGrant(services, provider, input, host);
  const effect = await withEffect(
    ctx,
    services,
    {
      action: ACTION,
      inputDigest: digest,
      capability: 'git',
      provider: provider.id,
      kind: 'repository',
      name: `${host}/${owner}/${name}`,
    },
    async (runKey, _claimed, signal) => {
      const created = await provider.createRepository({
        repository,
        template,
        visibility,
        description,
        files,
        runKey,
        signal,
      });
      return {
        url: created.url,
        reference: {
          repository: { host, owner, name },
          url: created.url,
          cloneUrl: created.cloneUrl,
          defaultBranch: created.defaultBranch,
          contentsUrl: toContentsUrl(created, integrations),
        },
      };
    },
  );
  // No effect of its own: it goes with the repository. After the record of that,
  // so that a step which finds the repository made still gives it.
  await grant(ctx, repository);
  return effect;
}

/**
 * Where the files are, under the host name that integrations know; GitLab has
 * a path of its own for it, and its server may lie elsewhere.
 */
function toContentsUrl(
  { defaultBranch, repository: { host, owner, name } }: CreatedRepository,
  integrations: ScmIntegrationRegistry,
): string {
  const gitlab = integrations.gitlab.byHost(host);
  return gitlab
    ? `${gitlab.config.baseUrl}/${owner}/${name}/-/blob/${defaultBranch}`
    : `https://${host}/${owner}/${name}/blob/${defaultBranch}`;
}
