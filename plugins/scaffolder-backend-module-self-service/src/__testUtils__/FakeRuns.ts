import { randomUUID } from 'node:crypto';
import { ConflictError, NotFoundError } from '@backstage/errors';
import {
  ChangedResource,
  Effect,
  FindResource,
  Removal,
  ResourceRecord,
  RunRecord,
} from '@self-service/plugin-runs-common';
import { RunsService } from '@self-service/plugin-runs-node';
import { NOW } from './fakeValues';

/** A runs backend in memory, with the rules of its effects ledger. */
export class FakeRuns implements RunsService {
  record?: RunRecord;
  suspendOutcome: 'parking' | 'signalled' = 'parking';
  readonly suspensions: Parameters<RunsService['suspend']>[0][] = [];
  readonly settled: Parameters<RunsService['settle']>[0][] = [];
  readonly effects: (Effect & { attempt?: string; digest: string })[] = [];
  readonly reports: ({ taskId: string } & Parameters<
    RunsService['reportStep']
  >[1])[] = [];
  readonly questions: Parameters<RunsService['askPerson']>[0][] = [];
  /** What the person who was asked has answered, if anything. */
  answer: Partial<Awaited<ReturnType<RunsService['askPerson']>>> = {};
  onSuspend: () => void = () => {};

  async register(
    taskId: string,
    run: Parameters<RunsService['register']>[1],
  ): Promise<RunRecord> {
    const standing = this.record;
    this.record = {
      ...run,
      ...standing,
      authorised: standing?.authorised || run.authorised,
      entityRefs: [...(standing?.entityRefs ?? []), ...(run.entityRefs ?? [])],
      taskId,
      createdAt: NOW,
    };
    return this.record;
  }
  async get(): Promise<RunRecord | undefined> {
    return this.record;
  }
  async suspend(
    suspension: Parameters<RunsService['suspend']>[0],
  ): ReturnType<RunsService['suspend']> {
    this.suspensions.push(suspension);
    this.onSuspend();
    return {
      outcome: this.suspendOutcome,
      suspension: {
        id: 's',
        status: 'parking',
        createdAt: NOW,
        taskId: suspension.taskId,
        stepId: suspension.stepId,
        wait: suspension.wait,
        title: suspension.title,
      },
    };
  }
  async settle(wait: Parameters<RunsService['settle']>[0]): Promise<void> {
    this.settled.push(wait);
  }
  async signal(): Promise<void> {}

  async claimEffect(
    claim: Parameters<RunsService['claimEffect']>[0],
  ): ReturnType<RunsService['claimEffect']> {
    const { inputDigest: digest, attempt, ...rest } = claim;
    const existing = this.effects.filter(({ status }) => status !== 'absent');
    // As the ledger does: a step has one effect of each digest.
    const live =
      existing.find(
        effect =>
          effect.taskId === claim.taskId &&
          effect.stepId === claim.stepId &&
          effect.digest === digest,
      ) ??
      existing.find(
        ({ name, kind }) => name === claim.name && kind === claim.kind,
      );
    if (live && live.taskId !== claim.taskId) {
      return { outcome: 'taken', effect: live };
    }
    if (live) {
      const busy = live.attempt && live.attempt !== attempt;
      if (live.status === 'created') {
        return { outcome: 'created', effect: live };
      }
      live.attempt = busy ? live.attempt : attempt;
      return { outcome: busy ? 'busy' : 'acquired', effect: live };
    }
    const effect = {
      ...rest,
      id: randomUUID(),
      status: 'intended' as const,
      createdAt: NOW,
      updatedAt: NOW,
      attempt,
      digest,
    };
    this.effects.push(effect);
    return { outcome: 'acquired', effect };
  }
  async renewEffect(
    id: string,
    { attempt }: Parameters<RunsService['renewEffect']>[1],
  ): Promise<void> {
    this.#held(id, attempt);
  }
  async completeEffect(
    id: string,
    { attempt, ...result }: Parameters<RunsService['completeEffect']>[1],
  ): Promise<Effect> {
    const effect = this.#held(id, attempt);
    return Object.assign(effect, result, { status: 'created' });
  }
  async releaseEffect(
    id: string,
    { attempt, absent }: Parameters<RunsService['releaseEffect']>[1],
  ): Promise<void> {
    const effect = this.#held(id, attempt);
    effect.attempt = undefined;
    effect.status = absent ? 'absent' : effect.status;
  }
  async reportStep(
    taskId: string,
    report: Parameters<RunsService['reportStep']>[1],
  ): Promise<void> {
    this.reports.push({ taskId, ...report });
  }
  async askPerson(
    question: Parameters<RunsService['askPerson']>[0],
  ): ReturnType<RunsService['askPerson']> {
    this.questions.push(question);
    const { inputDigest: _digest, ...asked } = question;
    return { id: 'intervention-1', createdAt: NOW, ...asked, ...this.answer };
  }

  /** What is known of resources, by id and by path of a secret. */
  readonly resources = new Map<string, ChangedResource>();
  /** What each question about a removal is answered, the last one for ever. */
  readonly removals: Removal[] = [];
  /** Throw to refuse what is asked about a resource. */
  onResource: (call: string, id: string, taskId: string) => void = () => {};

  async findResource(
    reference: FindResource,
  ): Promise<ResourceRecord | undefined> {
    return this.resources.get(Object.values(reference)[0]);
  }
  async changeResource(
    id: string,
    { taskId }: { taskId: string },
  ): Promise<ChangedResource> {
    this.onResource('change', id, taskId);
    return this.resources.get(id)!;
  }
  async removeResource(
    id: string,
    { taskId }: { taskId: string },
  ): Promise<Removal> {
    this.onResource('remove', id, taskId);
    return this.removals.length > 1 ? this.removals.shift()! : this.removals[0];
  }
  async extendResource(
    id: string,
    { taskId, until }: { taskId: string; until: string },
  ): ReturnType<RunsService['extendResource']> {
    this.onResource('extend', id, taskId);
    return { expiresAt: `${until}T00:00:00.000Z` };
  }

  async listEffects(): Promise<Effect[]> {
    return this.effects;
  }

  #held(id: string, attempt: string) {
    const effect = this.effects.find(entry => entry.id === id);
    if (!effect) {
      throw new NotFoundError(id);
    }
    if (effect.attempt !== attempt) {
      throw new ConflictError('lease lost');
    }
    return effect;
  }
}
