import {
  DEFAULT_NAMESPACE,
  parseEntityRef,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import { InputError } from '@backstage/errors';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import {
  chooseSecretsProvider,
  SecretsProvider,
} from '@self-service/plugin-providers-node';
import { FailureServices } from '../run/failure/ActingStep';
import { FAILURE_OUTPUTS } from '../run/failure/failureOutputs';
import { withFailureBehaviour } from '../run/failure/withFailureBehaviour';
import { inputDigest } from '../run/inputDigest';
import { RefusedError } from '../run/RefusedError';
import { findRunResource } from '../run/resource';
import { AnyActionContext } from '../run/RunContext';
import { EffectServices } from '../run/withEffect';
import { grantTeamAccess, requireGrants } from './createSecretAccess';
import { examples } from './grantSecretAccess.examples';
import { SECRET_PATH } from './secretValues';

const ACTION = 'secret:grant-access';

interface GrantServices extends EffectServices, FailureServices {
  secrets: readonly SecretsProvider[];
}

/**
 * Lets a team read a secret that another run has made. A rollback, a removal
 * and the end of what the run has made take it back.
 *
 * @remarks
 * Only a secret that the run's gate has decided about: policy has then asked
 * those who own it.
 */
export function createGrantSecretAccessAction(services: GrantServices) {
  return createTemplateAction({
    id: ACTION,
    description:
      'Lets a team read a secret that was made through the portal; it is taken back when its time is up, or when it is removed.',
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        path: z =>
          z
            .string()
            .regex(
              SECRET_PATH,
              'path is made of names and slashes, for example databases/orders',
            )
            .describe(
              'Path of the secret; the parameter that spec.selfService.resource names',
            ),
        team: z =>
          z.string().min(1).describe('Entity ref of the team, group: optional'),
        provider: z =>
          z
            .string()
            .min(1)
            .optional()
            .describe(
              'Id of the secrets provider; the one that is configured for the path without',
            ),
      },
      output: {
        ...FAILURE_OUTPUTS,
        url: z => z.string().describe('Page of the secret or of the access'),
        team: z => z.string().describe('Entity ref of the team'),
      },
    },
    async handler(ctx) {
      const { path, provider: wanted } = ctx.input;
      const team = toGroupRef(ctx.input.team);
      if (ctx.isDryRun) {
        ctx.logger.info(`Dry run: would let ${team} read secret ${path}`);
        ctx.output('url', 'https://dry-run.invalid');
        ctx.output('team', team);
        return;
      }
      await withFailureBehaviour(
        ctx as unknown as AnyActionContext,
        services,
        { inputDigest: inputDigest({ path, team, provider: wanted }) },
        async ({ run }) => {
          const decided = await findRunResource(run, services.runs);
          if (!decided?.secrets.includes(path)) {
            throw new RefusedError(
              `The gate has not decided about the secret ${path}. Declare in the template which parameter names it: spec.selfService.resource, with by: secret.`,
            );
          }
          const provider = chooseSecretsProvider(services.secrets, {
            path,
            provider: wanted,
          });
          requireGrants(provider);
          const { url } = await grantTeamAccess(run.action, services, {
            action: ACTION,
            provider,
            path,
            team,
          });
          ctx.output('url', url ?? '');
          ctx.output('team', team);
        },
      );
    },
  });
}

/** @throws InputError - it is no group */
function toGroupRef(team: string): string {
  try {
    const ref = parseEntityRef(team, {
      defaultKind: 'group',
      defaultNamespace: DEFAULT_NAMESPACE,
    });
    if (ref.kind.toLowerCase() === 'group') {
      return stringifyEntityRef(ref);
    }
  } catch {
    // Said below.
  }
  throw new InputError(
    `'${team}' is no team. Name a group of the catalog, for example group:default/payments.`,
  );
}
