import { AuthService } from '@backstage/backend-plugin-api';
import { ScaffolderService } from '@backstage/plugin-scaffolder-node';
import { WaitServices } from '../passGate';
import { Pause } from '../Pause';
import { RunContext } from '../RunContext';
import { StepMemory } from './StepMemory';

/** What a step that fails well is made of. */
export interface FailureServices extends WaitServices {
  auth: AuthService;
  scaffolder: ScaffolderService;
  pause: Pause;
  /** Between 0 and 1; tests replace it. */
  random: () => number;
  /** Milliseconds since 1970; tests replace it. */
  now: () => number;
}

/** A step of ours while it acts. */
export interface ActingStep {
  run: RunContext;
  /** Survives the attempt. */
  memory: StepMemory;
  /** How often this step has failed before, in whichever attempt. */
  countFailures(): Promise<number>;
}
