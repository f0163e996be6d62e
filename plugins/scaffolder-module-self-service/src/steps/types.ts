import { LogEvent, TaskStep } from '@backstage/plugin-scaffolder-common';
import { StepReport } from '@self-service/plugin-runs-common';

/** State of a step as people see it; `open`: it has not begun. */
export type StepState =
  | 'open'
  | 'running'
  | 'waiting'
  | 'completed'
  | 'failed'
  | 'skipped'
  | 'cancelled';

/** One line of a step's log. */
export interface LogLine {
  /** Id of the event that it came from. */
  id: number;
  /** ISO 8601. */
  at: string;
  text: string;
}

/** One step of a run, over all its attempts. */
export interface StepView {
  id: string;
  name: string;
  action: string;
  state: StepState;
  /** When it began, in the attempt that has not failed if any; ISO 8601. */
  startedAt?: string;
  /** When it ended for good, ISO 8601. */
  endedAt?: string;
  /** How long it was parked, in milliseconds; absent when it never was. */
  waitedMilliseconds?: number;
  /** What the step told last of a failure of its own. */
  report?: StepReport;
  /** How often it was tried; absent where it told of no failure. */
  tries?: number;
  log: LogLine[];
}

/** What the events of a run add up to. */
export interface RunView {
  steps: StepView[];
  /** Output of the template; present when the run has completed. */
  output?: Record<string, unknown>;
  /** Why the last attempt failed; absent while the run waits. */
  error?: string;
  /** When the last attempt ended, ISO 8601. */
  endedAt?: string;
  /** Whether a person cancelled the last attempt. */
  isCancelled: boolean;
}

/** The part of a task's steps that matters here. */
export type SpecStep = Pick<TaskStep, 'id' | 'name' | 'action'>;

/** The part of a log event that matters here. */
export type RunEvent = Pick<LogEvent, 'id' | 'type' | 'body' | 'createdAt'>;
