import { Config, readDurationFromConfig } from '@backstage/config';
import { durationToMilliseconds } from '@backstage/types';

/** What the module reads from `scaffolder.selfService`. */
export interface ModuleConfig {
  /** Ids of actions that may act as a service after a wait. */
  allowedAsService: string[];
  /** How long a wait polls inside its step before it parks the run. */
  inlineWaitMs: number;
}

/**
 * Reads the module's configuration.
 *
 * @throws InputError - `inlineWait` is not a duration
 */
export function readModuleConfig(config: Config): ModuleConfig {
  const own = config.getOptionalConfig('scaffolder.selfService');
  return {
    allowedAsService: own?.getOptionalStringArray('allowedAsService') ?? [],
    inlineWaitMs: own?.has('inlineWait')
      ? durationToMilliseconds(
          readDurationFromConfig(own, { key: 'inlineWait' }),
        )
      : 3_000,
  };
}
