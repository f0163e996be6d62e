import { PermissionsService } from '@backstage/backend-plugin-api';
import { InputError } from '@backstage/errors';
import {
  replaceGithubUrlType,
  ScmIntegrationRegistry,
} from '@backstage/integration';
import { CatalogService } from '@backstage/plugin-catalog-node';
import {
  AuthorizeResult,
  BasicPermission,
} from '@backstage/plugin-permission-common';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { CatalogRegistrar, Registration } from '../catalog/CatalogRegistrar';
import { ActingStep, FailureServices } from '../run/failure/ActingStep';
import { FAILURE_OUTPUTS } from '../run/failure/failureOutputs';
import { withFailureBehaviour } from '../run/failure/withFailureBehaviour';
import { inputDigest } from '../run/inputDigest';
import { RefusedError } from '../run/RefusedError';
import { AnyActionContext } from '../run/RunContext';
import {
  EffectServices,
  requireAdmission,
  withEffect,
} from '../run/withEffect';
import { examples } from './registerComponent.examples';

const ACTION = 'catalog:register-component';
const KIND = 'catalog entity';

interface CatalogServices extends EffectServices, FailureServices {
  catalog: CatalogService;
  integrations: ScmIntegrationRegistry;
  permissions: PermissionsService;
  /** What a person needs who registers by hand: `catalog.location.create`. */
  registerPermission: BasicPermission;
}

/**
 * Registers what a catalog-info.yaml describes, also after the run has waited.
 *
 * @remarks
 * The stock `catalog:register` acts with the credentials of whoever started
 * the attempt, which after a wait is our service. This one always acts as our
 * service, and what the requester may was asked with their own credentials: at
 * the gate, or here while they are at hand.
 */
export function createRegisterComponentAction(services: CatalogServices) {
  return createTemplateAction({
    id: ACTION,
    description:
      'Registers a catalog-info.yaml in the catalog, also after a wait; one that is registered already is found.',
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        catalogInfoUrl: z =>
          z
            .string()
            .url()
            .optional()
            .describe('Address of the catalog-info.yaml'),
        repoContentsUrl: z =>
          z
            .string()
            .url()
            .optional()
            .describe(
              'In place of catalogInfoUrl: address of the files of a repository, as git:repository:create puts it out',
            ),
        catalogInfoPath: z =>
          z
            .string()
            .optional()
            .describe('Path of the file there; /catalog-info.yaml without'),
      },
      output: {
        ...FAILURE_OUTPUTS,
        entityRef: z => z.string().describe('Entity ref of what it describes'),
        catalogInfoUrl: z => z.string().describe('What was registered'),
      },
    },
    async handler(ctx) {
      const { catalogInfoUrl, repoContentsUrl, catalogInfoPath } = ctx.input;
      if (ctx.isDryRun) {
        ctx.logger.info(
          `Dry run: would register ${catalogInfoUrl ?? repoContentsUrl}`,
        );
        ctx.output('entityRef', 'component:default/dry-run');
        ctx.output('catalogInfoUrl', catalogInfoUrl ?? repoContentsUrl ?? '');
        return;
      }
      const digest = inputDigest({
        catalogInfoUrl,
        repoContentsUrl,
        catalogInfoPath,
      });
      await withFailureBehaviour(
        ctx as unknown as AnyActionContext,
        services,
        { inputDigest: digest },
        async step => {
          const target = toTarget(ctx.input, services.integrations);
          const { entityRef } = await register(step, services, target, digest);
          ctx.logger.info(`${entityRef} is in the catalog`);
          ctx.output('entityRef', entityRef);
          ctx.output('catalogInfoUrl', target);
        },
      );
    },
  });
}

function toTarget(
  input: {
    catalogInfoUrl?: string;
    repoContentsUrl?: string;
    catalogInfoPath?: string;
  },
  integrations: ScmIntegrationRegistry,
): string {
  const { catalogInfoUrl, repoContentsUrl, catalogInfoPath } = input;
  if (Boolean(catalogInfoUrl) === Boolean(repoContentsUrl)) {
    throw new InputError('Write one of catalogInfoUrl and repoContentsUrl.');
  }
  if (catalogInfoUrl || !repoContentsUrl) {
    return catalogInfoUrl ?? '';
  }
  const url = integrations.resolveUrl({
    base: repoContentsUrl,
    url: catalogInfoPath ?? '/catalog-info.yaml',
  });
  // As people write it: the same file under `tree` is another location.
  return integrations.byUrl(repoContentsUrl)?.type === 'github'
    ? replaceGithubUrlType(url, 'blob')
    : url;
}

async function register(
  step: ActingStep,
  services: CatalogServices,
  target: string,
  digest: string,
): Promise<Registration> {
  const { run } = step;
  const { approvals, runs } = services;
  await requirePermission(step, services);
  const registrar = new CatalogRegistrar(services.catalog, services.auth);
  const known = await registrar.find(target);
  const effects = known ? await runs.listEffects(run.taskId) : [];
  const isOwn = effects.some(
    ({ kind, name, status }) =>
      kind === KIND && name === target && status !== 'absent',
  );
  if (known && !isOwn) {
    // Nothing of this run's: its rollback must leave it alone.
    await requireAdmission(run.action, approvals, ACTION);
    run.action.logger.info(`${target} was registered before`);
    await linkEntity(step, services, known.entityRef);
    return known;
  }
  const { reference } = await withEffect(
    run.action,
    services,
    {
      action: ACTION,
      inputDigest: digest,
      capability: 'catalog',
      provider: 'backstage',
      kind: KIND,
      name: target,
      provesAbsence: async () => !(await registrar.isRegistered(target)),
    },
    async (_key, _claimed, signal) => {
      const { entityRef, ...made } = await registrar.register(target, signal);
      return {
        url: toEntityPage(entityRef),
        reference: { ...made, entityRef },
      };
    },
  );
  const entityRef = String(reference?.entityRef);
  await linkEntity(step, services, entityRef);
  return {
    entityRef,
    locationTarget: target,
    locationId: String(reference?.locationId),
  };
}

/**
 * Requires that the requester may register locations: asked of them while
 * their credentials are at hand; the gate has asked before it let the run
 * wait.
 */
async function requirePermission(
  { run }: ActingStep,
  { permissions, registerPermission, runs }: CatalogServices,
): Promise<void> {
  if (run.initiator === 'requester') {
    const [{ result }] = await permissions.authorize(
      [{ permission: registerPermission }],
      { credentials: run.credentials },
    );
    if (result === AuthorizeResult.ALLOW) {
      return;
    }
  } else if ((await runs.get(run.taskId))?.authorised) {
    return;
  }
  throw new RefusedError(
    `${
      run.requester ?? 'The requester'
    } may not register in the catalog. Ask the platform team for the permission ${
      registerPermission.name
    }.`,
  );
}

/** So that the entity's page lists this run. */
async function linkEntity(
  { run }: ActingStep,
  { runs }: CatalogServices,
  entityRef: string,
): Promise<void> {
  await runs.register(run.taskId, {
    authorised: false,
    secretNames: [],
    entityRefs: [entityRef],
  });
}

/** Path of the stock entity page. */
function toEntityPage(entityRef: string): string {
  const [kind, rest] = entityRef.split(':');
  const [namespace, name] = rest.split('/');
  return `/catalog/${namespace}/${kind}/${name}`;
}
