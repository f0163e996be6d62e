import { randomUUID } from 'node:crypto';
import {
  Answer,
  AskPerson,
  Intervention,
  interventionSchema,
  ReportStep,
  StepReport,
  stepReportSchema,
} from '@self-service/plugin-runs-common';
import { Knex } from 'knex';
import { writeMessage } from './outboxRows';
import { StepDuration, StepStore } from './StepStore';
import { toDate, toOptionalDate } from './values';

type Time = Date | number | string;

interface ReportRow {
  id: string;
  task_id: string;
  step_id: string;
  outcome: string;
  problem: string | null;
  retry_at: Time | null;
  created_at: Time;
}

interface InterventionRow {
  id: string;
  task_id: string;
  step_id: string;
  input_digest: string;
  group_ref: string;
  instructions: string;
  problem: string;
  answer: string | null;
  answered_by: string | null;
  comment: string | null;
  answered_at: Time | null;
  created_at: Time;
}

interface DurationRow {
  task_id: string;
  step_id: string;
  template_ref: string;
  seconds: number;
  created_at: Time;
}

/** How many past runs count. */
const PAST_RUNS = 20;
/** Most rows that are read for it: of templates of up to fifty steps. */
const MAX_DURATIONS = PAST_RUNS * 50;

/** {@inheritdoc StepStore} */
export class DatabaseStepStore implements StepStore {
  readonly #database: Knex;

  private constructor(database: Knex) {
    this.#database = database;
  }

  static create(database: Knex): DatabaseStepStore {
    return new DatabaseStepStore(database);
  }

  async addReport(
    taskId: string,
    report: ReportStep,
    now: Date,
  ): Promise<void> {
    await this.#database<ReportRow>('step_reports').insert({
      id: randomUUID(),
      task_id: taskId,
      step_id: report.stepId,
      outcome: report.outcome,
      problem: report.problem ? JSON.stringify(report.problem) : null,
      retry_at: report.retryAt ? new Date(report.retryAt) : null,
      created_at: now,
    });
  }

  async listReports(taskId: string): Promise<StepReport[]> {
    const rows = await this.#database<ReportRow>('step_reports')
      .where({ task_id: taskId })
      .orderBy(['created_at', 'id']);
    return rows.map(row =>
      stepReportSchema.parse({
        stepId: row.step_id,
        outcome: row.outcome,
        problem: row.problem === null ? undefined : JSON.parse(row.problem),
        retryAt: toOptionalDate(row.retry_at)?.toISOString(),
        at: toDate(row.created_at).toISOString(),
      }),
    );
  }

  async ask(question: AskPerson, now: Date): Promise<Intervention> {
    const { taskId, stepId, inputDigest } = question;
    const key = {
      task_id: taskId,
      step_id: stepId,
      input_digest: inputDigest,
    };
    return this.#database.transaction(async transaction => {
      const [inserted]: InterventionRow[] = await transaction<InterventionRow>(
        'interventions',
      )
        .insert({
          ...key,
          id: randomUUID(),
          group_ref: question.group,
          instructions: question.instructions,
          problem: JSON.stringify(question.problem),
          created_at: now,
        })
        .onConflict(['task_id', 'step_id', 'input_digest'])
        .ignore()
        .returning('*');
      if (inserted) {
        await writeMessage(transaction, taskId, `ask:${inserted.id}`, now);
        return toIntervention(inserted);
      }
      const standing = await transaction<InterventionRow>('interventions')
        .where(key)
        .first();
      return toIntervention(standing!);
    });
  }

  async findIntervention(id: string): Promise<Intervention | undefined> {
    const row = await this.#interventions().where({ id }).first();
    return row && toIntervention(row);
  }

  async listInterventions(taskId: string): Promise<Intervention[]> {
    const rows = await this.#interventions()
      .where({ task_id: taskId })
      .orderBy(['created_at', 'id']);
    return rows.map(toIntervention);
  }

  async answer(
    id: string,
    { answer, answeredBy, comment }: Answer & { answeredBy: string },
    now: Date,
  ): Promise<Intervention | undefined> {
    const rows: InterventionRow[] = await this.#interventions()
      .where({ id })
      .whereNull('answer')
      .update({
        answer,
        answered_by: answeredBy,
        comment: comment ?? null,
        answered_at: now,
      })
      .returning('*');
    return rows.map(toIntervention).at(0);
  }

  async answeredAmong(ids: string[]): Promise<string[]> {
    const rows = await this.#interventions()
      .whereIn('id', ids)
      .whereNull('answer')
      .select('id');
    const open = new Set(rows.map(row => row.id));
    return ids.filter(id => !open.has(id));
  }

  async addDurations(
    taskId: string,
    templateRef: string,
    durations: StepDuration[],
    now: Date,
  ): Promise<void> {
    if (durations.length === 0) {
      return;
    }
    await this.#database<DurationRow>('step_durations')
      .insert(
        durations.map(({ stepId, seconds }) => ({
          task_id: taskId,
          step_id: stepId,
          template_ref: templateRef,
          seconds,
          created_at: now,
        })),
      )
      .onConflict(['task_id', 'step_id'])
      .ignore();
  }

  async expectedSeconds(templateRef: string): Promise<Record<string, number>> {
    const rows = await this.#database<DurationRow>('step_durations')
      .where({ template_ref: templateRef })
      .orderBy('created_at', 'desc')
      .limit(MAX_DURATIONS)
      .select('step_id', 'seconds');
    const byStep = new Map<string, number[]>();
    for (const row of rows) {
      const seconds = byStep.get(row.step_id) ?? [];
      if (seconds.length < PAST_RUNS) {
        byStep.set(row.step_id, [...seconds, row.seconds]);
      }
    }
    return Object.fromEntries(
      [...byStep].map(([stepId, seconds]) => [stepId, median(seconds)]),
    );
  }

  #interventions() {
    return this.#database<InterventionRow>('interventions');
  }
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? sorted[middle]
    : (sorted[middle - 1] + sorted[middle]) / 2;
}

function toIntervention(row: InterventionRow): Intervention {
  return interventionSchema.parse({
    id: row.id,
    taskId: row.task_id,
    stepId: row.step_id,
    group: row.group_ref,
    instructions: row.instructions,
    problem: JSON.parse(row.problem),
    createdAt: toDate(row.created_at).toISOString(),
    answer: row.answer ?? undefined,
    answeredBy: row.answered_by ?? undefined,
    answeredAt: toOptionalDate(row.answered_at)?.toISOString(),
    comment: row.comment ?? undefined,
  });
}
