import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { ScmIntegrationRegistry } from '@backstage/integration';
import {
  chooseProvider,
  InfrastructureProvider,
  Repository,
} from '@self-service/plugin-providers-node';
import { readRepository } from '../git/readRepository';
import { FailureServices } from '../run/failure/ActingStep';
import { FAILURE_OUTPUTS } from '../run/failure/failureOutputs';
import { withFailureBehaviour } from '../run/failure/withFailureBehaviour';
import { inputDigest } from '../run/inputDigest';
import { AnyActionContext } from '../run/RunContext';
import { EffectServices, withEffect } from '../run/withEffect';
import { examples } from './planDirectories.examples';

const ACTION = 'terraform:plan';

interface PlanServices extends EffectServices, FailureServices {
  infrastructure: readonly InfrastructureProvider[];
  integrations: ScmIntegrationRegistry;
  /** Of repositories that are written without one. */
  defaultGitHost?: string;
}

/** A workspace as the step's output has it. */
interface Workspace {
  directory: string;
  name: string;
  url: string;
}

/**
 * Makes sure that Terraform plans directories once a pull request changes them:
 * where the vendor needs a workspace for each, those that lack one get it. Run
 * again, it finds its own.
 */
export function createPlanDirectoriesAction(services: PlanServices) {
  return createTemplateAction({
    id: ACTION,
    description:
      'Has Terraform plan directories that the next pull request changes: makes their workspaces where the vendor needs them. Stands before the step that opens the pull request.',
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
        directories: z =>
          z
            .array(z.string().min(1))
            .min(1)
            .describe('Paths in the repository, for example databases/orders'),
      },
      output: {
        ...FAILURE_OUTPUTS,
        workspaces: z =>
          z
            .array(
              z.object({
                directory: z.string(),
                name: z.string(),
                url: z.string(),
              }),
            )
            .describe(
              'Workspaces that this run made; none where directories are planned without',
            ),
      },
    },
    async handler(ctx) {
      const { repoUrl, directories } = ctx.input;
      const repository = readRepository(repoUrl, services);
      const provider = chooseProvider(
        services.infrastructure,
        candidate => candidate.servesRepository(repository),
        `the infrastructure of ${repository.host}/${repository.owner}/${repository.name}`,
      );
      const isNeeded = provider.features.includes('workspaces');
      if (ctx.isDryRun || !isNeeded) {
        ctx.logger.info(
          isNeeded
            ? `Dry run: would make workspaces for ${directories.join(', ')}`
            : `${provider.vendor} plans ${directories.join(', ')} by itself`,
        );
        ctx.output('workspaces', []);
        return;
      }
      const digest = inputDigest({ repoUrl, directories });
      await withFailureBehaviour(
        ctx as unknown as AnyActionContext,
        services,
        { inputDigest: digest },
        async ({ run }) => {
          const workspaces: Workspace[] = [];
          for (const directory of new Set(directories)) {
            const made = await createWorkspace(run.action, services, {
              provider,
              repository,
              directory,
              digest,
            });
            workspaces.push(...(made ? [made] : []));
          }
          ctx.output('workspaces', workspaces);
        },
      );
    },
  });
}

async function createWorkspace(
  ctx: AnyActionContext,
  services: PlanServices,
  options: {
    provider: InfrastructureProvider;
    repository: Repository;
    directory: string;
    digest: string;
  },
): Promise<Workspace | undefined> {
  const { provider, repository, directory, digest } = options;
  const { host, owner, name } = repository;
  const { url, reference } = await withEffect(
    ctx,
    services,
    {
      action: ACTION,
      // A step has one effect of each digest.
      inputDigest: inputDigest({ digest, directory }),
      capability: 'infrastructure',
      provider: provider.id,
      kind: 'workspace',
      name: `${host}/${owner}/${name}//${directory}`,
      reference: { repository: { host, owner, name }, directory },
    },
    async (runKey, _claimed, signal) => {
      const [made] = await provider.createWorkspaces(repository, [directory], {
        runKey,
        signal,
      });
      return {
        url: made?.url,
        reference: {
          repository: { host, owner, name },
          directory,
          // Somebody else has made it before, and it stays.
          ...(made ? { workspace: made.name } : { existed: true }),
        },
      };
    },
  );
  const workspace = reference?.workspace;
  if (typeof workspace !== 'string') {
    ctx.logger.info(`${directory} has its workspace already`);
    return undefined;
  }
  ctx.logger.info(`Workspace ${workspace} for ${directory}: ${url}`);
  return { directory, name: workspace, url: url ?? '' };
}
