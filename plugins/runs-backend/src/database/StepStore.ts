import {
  Answer,
  AskPerson,
  Intervention,
  ReportStep,
  StepReport,
} from '@self-service/plugin-runs-common';

/** How long a step of a completed run took. */
export interface StepDuration {
  stepId: string;
  seconds: number;
}

/** What became of steps, beside what the scaffolder logs. */
export interface StepStore {
  addReport(taskId: string, report: ReportStep, now: Date): Promise<void>;
  /** Of one run, oldest first. */
  listReports(taskId: string): Promise<StepReport[]>;
  /**
   * Asks a person, and writes the message to the group in the same
   * transaction; what stands of the same task, step and digest is returned.
   */
  ask(question: AskPerson, now: Date): Promise<Intervention>;
  findIntervention(id: string): Promise<Intervention | undefined>;
  /** Of one run, oldest first. */
  listInterventions(taskId: string): Promise<Intervention[]>;
  /**
   * Stores an answer where there is none.
   *
   * @returns `undefined` if somebody else was faster, or nobody asked
   */
  answer(
    id: string,
    answer: Answer & { answeredBy: string },
    now: Date,
  ): Promise<Intervention | undefined>;
  /** Of these interventions, those that are answered, or unknown. */
  answeredAmong(ids: string[]): Promise<string[]>;
  /** Stores how long steps took; what stands of a run and step is kept. */
  addDurations(
    taskId: string,
    templateRef: string,
    durations: StepDuration[],
    now: Date,
  ): Promise<void>;
  /** Median seconds of the last 20 runs of a template, by step id. */
  expectedSeconds(templateRef: string): Promise<Record<string, number>>;
}
