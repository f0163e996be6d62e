import { NotFoundError } from '@backstage/errors';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import {
  chooseSecretsProvider,
  createProblemError,
  SecretsProvider,
} from '@self-service/plugin-providers-node';
import { FailureServices } from '../run/failure/ActingStep';
import { FAILURE_OUTPUTS } from '../run/failure/failureOutputs';
import { withFailureBehaviour } from '../run/failure/withFailureBehaviour';
import { inputDigest } from '../run/inputDigest';
import { AnyActionContext } from '../run/RunContext';
import { EffectServices, withEffect } from '../run/withEffect';
import { examples } from './rotateSecret.examples';
import {
  generateValue,
  readGivenValues,
  SECRET_PATH,
  ValuesInput,
} from './secretValues';

const ACTION = 'secret:rotate';

interface RotateServices extends EffectServices, FailureServices {
  secrets: readonly SecretsProvider[];
}

/** The input of the action, as the template has it. */
interface RotateInput extends ValuesInput {
  path: string;
  provider?: string;
}

/**
 * Writes a new version of a secret. Values that the step does not name go from
 * the version before to the new one, and through nothing else; a rollback
 * restores the version before.
 */
export function createRotateSecretAction(services: RotateServices) {
  return createTemplateAction({
    id: ACTION,
    description:
      'Writes a new version of a secret with values that are given or generated, and keeps its others. A rollback restores the version before.',
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
          z.record(z.any()).optional().describe('Values to change or add'),
        generate: z =>
          z
            .array(z.string().min(1))
            .optional()
            .describe(
              'Names of values to generate anew; password where data is missing too',
            ),
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
        path: z => z.string().describe('Path of the secret'),
        version: z => z.string().describe('Version that was written'),
        previousVersion: z => z.string().describe('Version before it'),
        url: z =>
          z.string().describe('Page on which those who may can read it'),
      },
    },
    async handler(ctx) {
      const { path } = ctx.input;
      if (ctx.isDryRun) {
        ctx.logger.info(`Dry run: would write a new version of secret ${path}`);
        ctx.output('path', path);
        ctx.output('version', '2');
        ctx.output('previousVersion', '1');
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
          const { reference, url } = await rotate(
            context,
            services,
            ctx.input,
            digest,
          );
          ctx.logger.info(`Secret ${path} has a new version: ${url}`);
          ctx.output('path', path);
          ctx.output('version', String(reference?.version));
          ctx.output('previousVersion', String(reference?.previousVersion));
          ctx.output('url', url ?? '');
        },
      );
    },
  });
}

/** Names what is written, and holds no value. */
function digestOf({ path, data, generate, provider }: RotateInput): string {
  return inputDigest({
    path,
    names: Object.keys(data ?? {}).sort(),
    generate,
    provider,
  });
}

async function rotate(
  ctx: AnyActionContext,
  services: RotateServices,
  input: RotateInput,
  digest: string,
) {
  const { path } = input;
  const provider = chooseSecretsProvider(services.secrets, input);
  const standing = await provider.find(path, { signal: ctx.signal });
  if (!standing) {
    throw createProblemError(NotFoundError, {
      what: `There is no secret ${path} to rotate.`,
      remedy: 'Name one that exists, or create it with secret:create.',
    });
  }
  return withEffect(
    ctx,
    services,
    {
      action: ACTION,
      inputDigest: digest,
      capability: 'secrets',
      provider: provider.id,
      kind: 'secret version',
      // One run at a time replaces a version, and any number in turn.
      name: `${path} after ${standing.version}`,
      reference: { path },
    },
    async (runKey, _claimed, signal) => {
      const { version: from, data } = await provider.read(path, { signal });
      const given = readGivenValues(input) ?? { password: generateValue() };
      const { version, previousVersion, url } = await provider.rotate({
        path,
        data: { ...data, ...given },
        from,
        runKey,
        signal,
      });
      return { url, reference: { path, version, previousVersion } };
    },
  );
}
