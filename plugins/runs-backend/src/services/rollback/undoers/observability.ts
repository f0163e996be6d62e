import {
  chooseProvider,
  ComponentKey,
  OBSERVABILITY_PARTS,
  ObservabilityPart,
  ObservabilityProvider,
  toRunMark,
} from '@self-service/plugin-providers-node';
import { Effect } from '@self-service/plugin-runs-common';
import { EffectUndoer } from '@self-service/plugin-runs-node';
import { isCreated } from '../leftovers';
import { isConflict } from './errors';

const WORDS: Record<ObservabilityPart, string> = {
  dashboard: 'the dashboard',
  alerts: 'the alerts',
  slo: 'the SLO',
};

/**
 * Takes back the dashboard, the alerts and the SLO of a component that the run
 * made, each by itself.
 */
export function createObservabilityUndoers(
  providers: readonly ObservabilityProvider[],
): EffectUndoer[] {
  return OBSERVABILITY_PARTS.map(part => createUndoer(part, providers));
}

function createUndoer(
  part: ObservabilityPart,
  providers: readonly ObservabilityProvider[],
): EffectUndoer {
  return {
    capability: 'observability',
    kind: part,
    async undo(effect, { runKey, signal }) {
      const what = `${WORDS[part]} of ${effect.name}`;
      try {
        const outcome = await choose(providers, effect).remove(
          part,
          parseName(effect.name),
          { runKey, signal },
        );
        return {
          outcome: 'undone',
          note:
            outcome === 'removed' ? `Removed ${what}.` : 'There is nothing.',
        };
      } catch (error) {
        if (!isConflict(error)) {
          throw error;
        }
        return isCreated(effect)
          ? {
              outcome: 'retained',
              note: `It was not removed: ${(error as Error).message}`,
              url: effect.url,
            }
          : {
              outcome: 'undone',
              note: `What is there is not of this run, and stays: ${what}.`,
            };
      }
    },
    async settle(effect, { runKey, signal }) {
      const key = parseName(effect.name);
      const found = await choose(providers, effect).find(part, key, { signal });
      return found?.mark === toRunMark(runKey)
        ? { outcome: 'created', url: found.url, reference: { ...key } }
        : { outcome: 'absent' };
    },
  };
}

function choose(
  providers: readonly ObservabilityProvider[],
  { provider }: Effect,
): ObservabilityProvider {
  return chooseProvider(
    providers,
    ({ id }) => id === provider,
    `the observability provider ${provider}`,
  );
}

/** Reads `name@environment`; neither may have an `@`. */
function parseName(text: string): ComponentKey {
  const [name, environment] = text.split('@');
  return { name, environment };
}
