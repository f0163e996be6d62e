import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  DEFAULT_NAMESPACE,
  parseEntityRef,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import { Config, readDurationFromConfig } from '@backstage/config';
import { ForwardedError, InputError } from '@backstage/errors';
import { SchedulerServiceTaskScheduleDefinition } from '@backstage/backend-plugin-api';
import { durationToMilliseconds } from '@backstage/types';
import {
  SelfServiceSpec,
  selfServiceFieldsSchema,
} from '@self-service/plugin-approvals-common';
import { z } from 'zod';

const DEFAULT_PLATFORM_TEAM = 'group:default/platform-team';
const DEFAULT_BUNDLE = 'policies/bundle.tar.gz';

/** A bundle on a server, by OPA's bundle service protocol. */
export interface BundleServerConfig {
  url: string;
  token?: string;
  timeoutMilliseconds: number;
}

/** Configuration of the plugin, read once. */
export interface ApprovalsConfig {
  /** Where the policy bundle comes from. */
  bundle: { path: string } | BundleServerConfig;
  /** How often is looked for another policy. */
  policyPollMilliseconds: number;
  /** Absolute path of a JSON file that changes `data.approval`. */
  dataPath?: string;
  /** The declaration of templates that have none. */
  undeclared?: SelfServiceSpec;
  /** Group that looks after requests which nobody can decide. */
  platformTeam: string;
  /** How long a preview may know people and templates from memory. */
  previewMemoryMilliseconds: number;
  /** Whether people may decide in chat, where nobody signs in. */
  chatVotes: boolean;
  /** How often is looked for stages that are due or escalate. */
  slaFrequency: SchedulerServiceTaskScheduleDefinition['frequency'];
}

const undeclaredSchema = selfServiceFieldsSchema
  .pick({ operation: true, environment: true, cost: true })
  .required();

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
    ...readPolicySource(policy),
    dataPath: dataPath && resolve(dataPath),
    undeclared: parsed.data,
    platformTeam: stringifyEntityRef(
      parseEntityRef(
        config.getOptionalString('approvals.platformTeam') ??
          DEFAULT_PLATFORM_TEAM,
        { defaultKind: 'group', defaultNamespace: DEFAULT_NAMESPACE },
      ),
    ),
    previewMemoryMilliseconds: readMilliseconds(
      config.getOptionalConfig('approvals.previews'),
      'memory',
      10_000,
    ),
    chatVotes: config.getOptionalBoolean('approvals.chat.votes') ?? true,
    slaFrequency: config.has('approvals.sla.frequency')
      ? readDurationFromConfig(config, { key: 'approvals.sla.frequency' })
      : { seconds: 30 },
  };
}

function readMilliseconds(
  config: Config | undefined,
  key: string,
  fallback: number,
): number {
  return config?.has(key)
    ? durationToMilliseconds(readDurationFromConfig(config, { key }))
    : fallback;
}

function readPolicySource(
  policy: Config | undefined,
): Pick<ApprovalsConfig, 'bundle' | 'policyPollMilliseconds'> {
  const bundle = policy?.getOptionalString('bundle') ?? DEFAULT_BUNDLE;
  const isUrl = /^https?:\/\//i.test(bundle);
  if (isUrl && !URL.canParse(bundle)) {
    throw new InputError(
      'Invalid configuration: approvals.policy.bundle: must be a path or an http(s) URL',
    );
  }
  return {
    bundle: isUrl
      ? {
          url: bundle,
          token: policy?.getOptionalString('token'),
          timeoutMilliseconds: readMilliseconds(policy, 'timeout', 10_000),
        }
      : { path: resolve(bundle) },
    policyPollMilliseconds: readMilliseconds(
      policy,
      'frequency',
      isUrl ? 30_000 : 2_000,
    ),
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
