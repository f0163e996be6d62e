import {
  AuditorService,
  AuthService,
  LoggerService,
  PermissionsService,
} from '@backstage/backend-plugin-api';
import { CatalogService } from '@backstage/plugin-catalog-node';
import { ScaffolderService } from '@backstage/plugin-scaffolder-node';
import { ApprovalsService } from '@self-service/plugin-approvals-node';
import { EffectStore } from '../database/EffectStore';
import { RunStore } from '../database/RunStore';
import { StepStore } from '../database/StepStore';
import { SuspensionStore } from '../database/SuspensionStore';
import { Clock } from './Clock';
import { Outbox } from './Outbox';
import { Phases } from './Phases';
import { Sleep } from './Resumer';
import { LeftoverRecorder } from './rollback/LeftoverRecorder';
import { RunAccess } from './RunAccess';
import { RunFollower } from './RunFollower';
import { RunHints } from './RunHints';
import { RunImporter } from './RunImporter';
import { RunNotifier } from './RunNotifier';
import { RunOperations } from './RunOperations';
import { RunReader } from './RunReader';
import { RunSweep } from './RunSweep';
import { ScaffolderRuns } from './ScaffolderRuns';
import { StepService } from './StepService';
import { SuspensionService } from './SuspensionService';
import { TaskReader } from './TaskReader';
import { Transitions } from './Transitions';

/** Puts together what follows runs to their end, and what people do. */
export function createLifecycle(deps: {
  runs: RunStore;
  effects: EffectStore;
  steps: StepStore;
  suspensions: SuspensionStore;
  suspensionService: SuspensionService;
  transitions: Transitions;
  scaffolder: ScaffolderService;
  scaffolderRuns: ScaffolderRuns;
  approvals: ApprovalsService;
  tasks: TaskReader;
  leftovers: LeftoverRecorder;
  catalog: Pick<CatalogService, 'getEntityByRef'>;
  permissions: PermissionsService;
  auth: AuthService;
  notifier: RunNotifier;
  outbox: Outbox;
  hints: RunHints;
  onRollingBack: (taskId: string) => void;
  clock: Clock;
  sleep: Sleep;
  auditor: AuditorService;
  logger: LoggerService;
}) {
  const phases = Phases.create(deps);
  const importer = RunImporter.create(deps);
  const access = RunAccess.create(deps);
  const follower = RunFollower.create({ ...deps, phases, importer });
  const runSweep = RunSweep.create({ ...deps, follower, importer });
  return {
    phases,
    importer,
    access,
    runSweep,
    stepService: StepService.create({
      ...deps,
      suspensions: deps.suspensionService,
      access,
    }),
    operations: RunOperations.create({
      ...deps,
      phases,
      access,
      importer,
    }),
    reader: RunReader.create({ ...deps, access }),
  };
}
