import { Config, readDurationFromConfig } from '@backstage/config';
import { durationToMilliseconds } from '@backstage/types';

/** What the module reads from `scaffolder.selfService`. */
export interface ModuleConfig {
  /** Ids of actions that may act as a service after a wait. */
  allowedAsService: string[];
  /** How long a wait polls inside its step before it parks the run. */
  inlineWaitMs: number;
  /** How long a step waits for what is outside, where it names no time. */
  waitTimeoutMs: number;
}

/**
 * Reads the module's configuration.
 *
 * @throws InputError - a time is not a duration
 */
export function readModuleConfig(config: Config): ModuleConfig {
  const own = config.getOptionalConfig('scaffolder.selfService');
  const readMs = (key: string, defaultMs: number) =>
    own?.has(key)
      ? durationToMilliseconds(readDurationFromConfig(own, { key }))
      : defaultMs;
  return {
    allowedAsService: own?.getOptionalStringArray('allowedAsService') ?? [],
    inlineWaitMs: readMs('inlineWait', 3_000),
    waitTimeoutMs: readMs('waitTimeout', 24 * 3_600_000),
  };
}
