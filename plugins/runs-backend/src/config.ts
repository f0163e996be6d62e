import {
  DEFAULT_NAMESPACE,
  parseEntityRef,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import { Config, readDurationFromConfig } from '@backstage/config';
import { InputError } from '@backstage/errors';
import { durationToMilliseconds, HumanDuration } from '@backstage/types';

const DEFAULT_PLATFORM_TEAM = 'group:default/platform-team';

/** The plugin's configuration, read once. */
export interface RunsConfig {
  /** How often the sweep runs. */
  sweepFrequency: HumanDuration;
  /** How long signals are kept that nobody waits for yet. */
  signalRetentionMs: number;
  /** Group that is told of what could not be undone. */
  platformTeam: string;
  /** Of every cost, ISO 4217. */
  currency: string;
}

/**
 * Reads the config root `runs`.
 *
 * @throws InputError - task recovery is off: no run could ever wait
 */
export function readRunsConfig(config: Config): RunsConfig {
  if (config.getOptionalBoolean('scaffolder.taskRecovery.enabled') !== true) {
    throw new InputError(
      [
        'The runs plugin needs task recovery: without it a run that has waited would start over. Add to app-config.yaml:',
        'scaffolder:',
        '  taskRecovery:',
        '    enabled: true',
      ].join('\n'),
    );
  }
  const readDuration = (key: string, fallback: HumanDuration) =>
    config.has(key) ? readDurationFromConfig(config, { key }) : fallback;
  return {
    sweepFrequency: readDuration('runs.sweep.frequency', { seconds: 5 }),
    platformTeam: stringifyEntityRef(
      parseEntityRef(
        config.getOptionalString('runs.platformTeam') ?? DEFAULT_PLATFORM_TEAM,
        { defaultKind: 'group', defaultNamespace: DEFAULT_NAMESPACE },
      ),
    ),
    currency: config.getOptionalString('runs.currency') ?? 'USD',
    signalRetentionMs: durationToMilliseconds(
      readDuration('runs.signals.retention', { days: 30 }),
    ),
  };
}
