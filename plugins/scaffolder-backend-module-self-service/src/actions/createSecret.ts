import { randomBytes } from 'node:crypto';
import { InputError } from '@backstage/errors';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { JsonObject, JsonValue } from '@backstage/types';
import {
  chooseProvider,
  InfrastructureProvider,
  SecretReference,
  SecretsProvider,
} from '@self-service/plugin-providers-node';
import { inputDigest } from '../run/inputDigest';
import { FAILURE_OUTPUTS } from '../run/failure/failureOutputs';
import { FailureServices } from '../run/failure/ActingStep';
import { withFailureBehaviour } from '../run/failure/withFailureBehaviour';
import { AnyActionContext } from '../run/RunContext';
import { EffectServices, withEffect } from '../run/withEffect';
import { examples } from './createSecret.examples';

const ACTION = 'vault:create-secret';

/** Random bytes of a generated value: 192 bits, 32 characters of base64url. */
const GENERATED_BYTES = 24;

interface SecretServices extends EffectServices, FailureServices {
  secrets: readonly SecretsProvider[];
  infrastructure: readonly InfrastructureProvider[];
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
              /^[\w.-]+(\/[\w.-]+)*$/,
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
      },
      output: {
        ...FAILURE_OUTPUTS,
        path: z => z.string().describe('Path of the secret'),
        version: z => z.number().describe('Version that was written'),
        url: z =>
          z.string().describe('Page on which those who may can read it'),
      },
    },
    async handler(ctx) {
      const { path, data, generate } = ctx.input;
      if (ctx.isDryRun) {
        ctx.logger.info(`Dry run: would write secret ${path}`);
        ctx.output('path', path);
        ctx.output('version', 1);
        ctx.output('url', 'https://dry-run.invalid');
        return;
      }
      const context = ctx as unknown as AnyActionContext;
      const digest = inputDigest({
        path,
        names: Object.keys(data ?? {}).sort(),
        generate,
      });
      await withFailureBehaviour(
        context,
        services,
        { inputDigest: digest },
        async () => {
          const provider = chooseProvider(
            services.secrets,
            () => true,
            'the capability secrets',
          );
          const { reference, url } = await withEffect(
            context,
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
              const secret = await provider.create({
                path,
                data: await readValues(
                  context,
                  services,
                  { data, generate },
                  signal,
                ),
                runKey,
                signal,
              });
              return {
                url: secret.url,
                reference: { path: secret.path, version: secret.version },
              };
            },
          );
          ctx.logger.info(`Secret ${path} is in the vault: ${url}`);
          ctx.output('path', String(reference?.path));
          ctx.output('version', Number(reference?.version));
          ctx.output('url', url ?? '');
        },
      );
    },
  });
}

async function readValues(
  ctx: AnyActionContext,
  services: SecretServices,
  input: { data?: JsonObject; generate?: string[] },
  signal: AbortSignal,
): Promise<Record<string, JsonValue>> {
  const generated = Object.fromEntries(
    (input.generate ?? []).map(name => [name, generateValue()]),
  );
  if (input.data || input.generate) {
    const values = { ...input.data, ...generated };
    if (Object.keys(values).length === 0) {
      throw new InputError(
        'There is nothing to write: data and generate are empty. Fill one of them, or leave both out.',
      );
    }
    return values as Record<string, JsonValue>;
  }
  return (
    (await readLastApply(ctx, services, signal)) ?? {
      password: generateValue(),
    }
  );
}

function generateValue(): string {
  return randomBytes(GENERATED_BYTES).toString('base64url');
}

/** Outputs of the run's newest apply: plain ones, and sensitive ones read now. */
async function readLastApply(
  ctx: AnyActionContext,
  { runs, infrastructure }: SecretServices,
  signal: AbortSignal,
): Promise<Record<string, JsonValue> | undefined> {
  const effects = await runs.listEffects(ctx.task.id);
  const apply = effects
    .filter(({ kind, status }) => kind === 'apply' && status === 'created')
    .at(-1);
  if (!apply) {
    return undefined;
  }
  const provider = chooseProvider(
    infrastructure,
    ({ id }) => id === apply.provider,
    `the infrastructure provider ${apply.provider}`,
  );
  const references = (apply.reference?.secretReferences ?? {}) as Record<
    string,
    SecretReference
  >;
  const sensitive = await provider.readSensitive(references, { signal });
  return { ...apply.reference?.outputs, ...sensitive };
}
