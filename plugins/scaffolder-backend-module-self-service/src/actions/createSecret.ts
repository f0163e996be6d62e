import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import {
  chooseSecretsProvider,
  InfrastructureProvider,
  SecretsProvider,
} from '@self-service/plugin-providers-node';
import { inputDigest } from '../run/inputDigest';
import { FAILURE_OUTPUTS } from '../run/failure/failureOutputs';
import { FailureServices } from '../run/failure/ActingStep';
import { withFailureBehaviour } from '../run/failure/withFailureBehaviour';
import { AnyActionContext } from '../run/RunContext';
import { EffectServices, withEffect } from '../run/withEffect';
import { examples } from './createSecret.examples';
import { grantTeamAccess, requireGrantableTeam } from './createSecretAccess';
import {
  generateValue,
  readGivenValues,
  readLastApply,
  SECRET_PATH,
  ValuesInput,
} from './secretValues';

const ACTION = 'secret:create';

interface SecretServices extends EffectServices, FailureServices {
  secrets: readonly SecretsProvider[];
  infrastructure: readonly InfrastructureProvider[];
}

/** The input of the action, as the template has it. */
interface SecretInput extends ValuesInput {
  path: string;
  provider?: string;
  grantTeam?: boolean;
}

/**
 * Writes a new secret. Its values go from where they are to the vault, and
 * through nothing else: no output, checkpoint, log or database of ours.
 */
export function createSecretAction(services: SecretServices) {
  return createTemplateAction({
    id: ACTION,
    description:
      "Writes a new secret: from the run's last apply, from data, or generated.",
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
            .describe('Path of the secret, for example databases/orders'),
        data: z =>
          z
            .record(z.any())
            .optional()
            .describe("Values to write; the outputs of the run's last apply"),
        generate: z =>
          z
            .array(z.string().min(1))
            .optional()
            .describe('Names of values to generate at random'),
        provider: z =>
          z
            .string()
            .min(1)
            .optional()
            .describe(
              'Id of the secrets provider; the one that is configured for the path without',
            ),
        grantTeam: z =>
          z
            .boolean()
            .optional()
            .describe("Lets the run's owning team read the secret; no without"),
      },
      output: {
        ...FAILURE_OUTPUTS,
        path: z => z.string().describe('Path of the secret'),
        version: z => z.string().describe('Version that was written'),
        url: z =>
          z.string().describe('Page on which those who may can read it'),
      },
    },
    async handler(ctx) {
      const { path, grantTeam } = ctx.input;
      if (ctx.isDryRun) {
        ctx.logger.info(`Dry run: would write secret ${path}`);
        if (grantTeam) {
          ctx.logger.info(
            `Dry run: would let the owning team read secret ${path}`,
          );
        }
        ctx.output('path', path);
        ctx.output('version', '1');
        ctx.output('url', 'https://dry-run.invalid');
        return;
      }
      const context = ctx as unknown as AnyActionContext;
      const digest = digestOf(ctx.input);
      await withFailureBehaviour(
        context,
        services,
        { inputDigest: digest },
        async () => {
          const { reference, url } = await create(
            context,
            services,
            ctx.input,
            digest,
          );
          ctx.output('path', String(reference?.path));
          ctx.output('version', String(reference?.version));
          ctx.output('url', url ?? '');
        },
      );
    },
  });
}

/** Names what is written, and holds no value. */
function digestOf({ path, data, generate, provider }: SecretInput): string {
  return inputDigest({
    path,
    names: Object.keys(data ?? {}).sort(),
    generate,
    provider,
  });
}

async function create(
  ctx: AnyActionContext,
  services: SecretServices,
  input: SecretInput,
  digest: string,
) {
  const { path, grantTeam } = input;
  const provider = chooseSecretsProvider(services.secrets, input);
  // Asked before anything is made.
  const team = grantTeam
    ? await requireGrantableTeam(ctx, services, provider)
    : undefined;
  const effect = await withEffect(
    ctx,
    services,
    {
      action: ACTION,
      inputDigest: digest,
      capability: 'secrets',
      provider: provider.id,
      kind: 'secret',
      name: path,
    },
    async (runKey, _claimed, signal) => {
      const given = readGivenValues(input);
      const applied = given
        ? undefined
        : await readLastApply(ctx.task.id, services, signal);
      const secret = await provider.create({
        path,
        data: given ?? applied ?? { password: generateValue() },
        runKey,
        signal,
      });
      return {
        url: secret.url,
        reference: { path: secret.path, version: secret.version },
      };
    },
  );
  ctx.logger.info(`Secret ${path} is in the vault: ${effect.url}`);
  if (team) {
    await grantTeamAccess(ctx, services, {
      action: ACTION,
      provider,
      path,
      team,
    });
  }
  return effect;
}
