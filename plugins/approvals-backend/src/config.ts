import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Config, readDurationFromConfig } from '@backstage/config';
import { ForwardedError, InputError } from '@backstage/errors';
import { SchedulerServiceTaskScheduleDefinition } from '@backstage/backend-plugin-api';
import {
  SelfServiceSpec,
  selfServiceSpecSchema,
} from '@self-service/plugin-approvals-common';
import { z } from 'zod';

const DEFAULT_BUNDLE = 'policies/bundle.tar.gz';

/** Configuration of the plugin, read once. */
export interface ApprovalsConfig {
  /** Absolute path. */
  bundlePath: string;
  /** Absolute path of a JSON file that changes `data.approval`. */
  dataPath?: string;
  /** The declaration of templates that have none. */
  undeclared?: SelfServiceSpec;
  /** How often is looked for stages that are due or escalate. */
  slaFrequency: SchedulerServiceTaskScheduleDefinition['frequency'];
}

const undeclaredSchema = selfServiceSpecSchema.pick({
  operation: true,
  environment: true,
  cost: true,
});

/**
 * Reads the root `approvals`.
 *
 * @throws InputError for a value that can't be used
 */
export function readApprovalsConfig(config: Config): ApprovalsConfig {
  const policy = config.getOptionalConfig('approvals.policy');
  const dataPath = policy?.getOptionalString('data');
  const undeclared = config.getOptional('approvals.undeclared');
  const parsed = undeclaredSchema.optional().safeParse(undeclared);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) =>
      ['approvals.undeclared', ...path].join('.').concat(`: ${message}`),
    );
    throw new InputError(`Invalid configuration: ${problems.join('; ')}`);
  }
  return {
    bundlePath: resolve(policy?.getOptionalString('bundle') ?? DEFAULT_BUNDLE),
    dataPath: dataPath && resolve(dataPath),
    undeclared: parsed.data,
    slaFrequency: config.has('approvals.sla.frequency')
      ? readDurationFromConfig(config, { key: 'approvals.sla.frequency' })
      : { seconds: 30 },
  };
}

/**
 * Reads the file that changes the policy data.
 *
 * @throws ForwardedError that names the file
 */
export async function readPolicyOverrides(
  path: string,
): Promise<Record<string, unknown>> {
  try {
    return z
      .record(z.string(), z.unknown())
      .parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    throw new ForwardedError(
      `The file ${path} of approvals.policy.data is not readable as a JSON object`,
      error,
    );
  }
}
