import { AuditorService, LoggerService } from '@backstage/backend-plugin-api';
import { EffectUndoer } from '@self-service/plugin-runs-node';
import { EffectStore } from '../../database/EffectStore';
import { RunStore } from '../../database/RunStore';
import { SuspensionStore } from '../../database/SuspensionStore';
import { Clock } from '../Clock';
import { Outbox } from '../Outbox';
import { Sleep } from '../Resumer';
import { RunHints } from '../RunHints';
import { RunNotifier } from '../RunNotifier';
import { ScaffolderRuns } from '../ScaffolderRuns';
import { TaskReader } from '../TaskReader';
import { Transitions } from '../Transitions';
import { EffectReverser } from './EffectReverser';
import { EffectSettler } from './EffectSettler';
import { LeftoverRecorder } from './LeftoverRecorder';
import { RollbackService } from './RollbackService';
import { RunStopper } from './RunStopper';
import { createUndoers, UndoProviders } from './undoers';

/** Puts together what rolls runs back. */
export function createRollback(
  deps: UndoProviders & {
    runs: RunStore;
    effects: EffectStore;
    suspensions: SuspensionStore;
    transitions: Transitions;
    scaffolderRuns: ScaffolderRuns;
    tasks: TaskReader;
    hints: RunHints;
    /** Of other vendors; they come before our own. */
    effectUndoers: readonly EffectUndoer[];
    notifier: RunNotifier;
    outbox: Outbox;
    clock: Clock;
    sleep: Sleep;
    stopping: AbortSignal;
    auditor: AuditorService;
    logger: LoggerService;
  },
): {
  rollback: RollbackService;
  leftovers: LeftoverRecorder;
  settler: EffectSettler;
  reverser: EffectReverser;
} {
  const leftovers = LeftoverRecorder.create(deps);
  const undoers = [...deps.effectUndoers, ...createUndoers(deps)];
  const reverser = EffectReverser.create({ ...deps, undoers });
  const rollback = RollbackService.create({
    ...deps,
    leftovers,
    stopper: RunStopper.create(deps),
    reverser,
  });
  const settler = EffectSettler.create({ ...deps, undoers });
  return { rollback, leftovers, settler, reverser };
}
