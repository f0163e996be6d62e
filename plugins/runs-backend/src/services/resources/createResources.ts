import { AuditorService, LoggerService } from '@backstage/backend-plugin-api';
import { ResourceStore } from '../../database/ResourceStore';
import { RunStore } from '../../database/RunStore';
import { SuspensionStore } from '../../database/SuspensionStore';
import { Clock } from '../Clock';
import { Outbox } from '../Outbox';
import { Sleep } from '../Resumer';
import { EffectReverser } from '../rollback/EffectReverser';
import { LeftoverRecorder } from '../rollback/LeftoverRecorder';
import { RunAccess } from '../RunAccess';
import { RunHints } from '../RunHints';
import { RunNotifier } from '../RunNotifier';
import { SuspensionService } from '../SuspensionService';
import { TaskReader } from '../TaskReader';
import { ResourceAuthority } from './ResourceAuthority';
import { ResourceEnds } from './ResourceEnds';
import { ResourceReader } from './ResourceReader';
import { ResourceRemover } from './ResourceRemover';
import { ResourceService } from './ResourceService';

/** Puts together what looks after resources, and what people and runs do. */
export function createResources(deps: {
  resources: ResourceStore;
  runs: RunStore;
  suspensions: SuspensionStore;
  suspensionService: SuspensionService;
  reverser: EffectReverser;
  leftovers: LeftoverRecorder;
  tasks: TaskReader;
  access: RunAccess;
  hints: RunHints;
  notifier: RunNotifier;
  outbox: Outbox;
  platformTeam: string;
  currency: string;
  clock: Clock;
  sleep: Sleep;
  stopping: AbortSignal;
  auditor: AuditorService;
  logger: LoggerService;
}) {
  const authority = ResourceAuthority.create(deps);
  const remover = ResourceRemover.create(deps);
  return {
    resourceRemover: remover,
    resourceEnds: ResourceEnds.create({ ...deps, remover }),
    resourceReader: ResourceReader.create(deps),
    resourceService: ResourceService.create({ ...deps, authority, remover }),
  };
}
