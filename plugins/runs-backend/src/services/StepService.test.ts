import { mockCredentials } from '@backstage/backend-test-utils';
import { Entity } from '@backstage/catalog-model';
import { AskPerson } from '@self-service/plugin-runs-common';
import { suspendRequest } from '../__testUtils__/createReplica';
import { databases } from '../__testUtils__/databases';
import { createRunScene, DEV } from '../__testUtils__/runScene';

const GROUP = 'group:default/platform-team';
const QUESTION: AskPerson = {
  taskId: 'task-1',
  stepId: 'create',
  inputDigest: 'digest-1',
  group: 'platform-team',
  instructions: 'Free the name, then continue.',
  problem: {
    what: 'The name is taken.',
    whose: 'platform',
    canPass: false,
    remedy: 'Free it.',
  },
};

function user(name: string, ...groups: string[]): Entity {
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'User',
    metadata: { name, namespace: 'default' },
    spec: {},
    relations: groups.map(targetRef => ({ type: 'memberOf', targetRef })),
  };
}

const ENTITIES = [user('dev'), user('ops', GROUP)];
const dev = mockCredentials.user(DEV);
const ops = mockCredentials.user('user:default/ops');

describe.each(databases.eachSupportedId())('StepService on %p', id => {
  const setUp = () => createRunScene(id, { entities: ENTITIES });

  /** A step has failed, asks, and parks the run. */
  async function ask(scene: Awaited<ReturnType<typeof setUp>>) {
    await scene.start();
    const question = await scene.stepService.ask(QUESTION);
    await scene.suspensions.suspend(
      suspendRequest({
        stepId: 'create',
        wait: { kind: 'intervention', ref: question.id },
      }),
    );
    scene.scaffolderRuns.end('task-1');
    await scene.sweep.tick();
    await scene.settle();
    return question;
  }

  it('tells the group once, and goes on with its answer', async () => {
    const scene = await setUp();
    const { id: question } = await ask(scene);
    expect(await scene.stepService.ask(QUESTION)).toMatchObject({
      id: question,
    });
    expect(scene.notifications.send).toHaveBeenCalledTimes(1);
    expect(scene.notifications.send).toHaveBeenCalledWith({
      recipients: { type: 'entity', entityRef: ['platform-team'] },
      payload: expect.objectContaining({
        description: 'The name is taken. Free the name, then continue.',
      }),
    });
    const answered = await scene.stepService.answer(
      question,
      { answer: 'continue', comment: 'Done' },
      ops,
    );
    await scene.settle();
    expect(answered).toMatchObject({
      answer: 'continue',
      answeredBy: 'user:default/ops',
    });
    expect(scene.scaffolderRuns.retries).toHaveLength(1);
  });

  it('is resumed by the sweep where the signal was lost', async () => {
    const scene = await setUp();
    const { id: question } = await ask(scene);
    await scene.database('interventions').update({ answer: 'retry' });
    await scene.sweep.tick();
    await scene.settle();
    expect(scene.scaffolderRuns.retries).toHaveLength(1);
    await expect(
      scene.stepService.answer(question, { answer: 'give-up' }, ops),
    ).rejects.toMatchObject({ name: 'ConflictError' });
  });

  it('takes answers of members only, as the catalog says now', async () => {
    const scene = await setUp();
    const { id: question } = await ask(scene);
    const answer = { answer: 'continue' as const };
    await expect(
      scene.stepService.answer(question, answer, dev),
    ).rejects.toThrow(`Only members of ${GROUP} can answer this`);
    await expect(
      scene.stepService.answer(
        question,
        answer,
        mockCredentials.user('user:default/nobody'),
      ),
    ).rejects.toMatchObject({ name: 'NotAllowedError' });
    await expect(
      scene.stepService.answer(
        question,
        answer,
        mockCredentials.user('user:default/ops', {
          actor: { subject: 'plugin:scaffolder' },
        }),
      ),
    ).rejects.toThrow('Only a person can do this');
    expect(scene.scaffolderRuns.retries).toEqual([]);
  });

  it('asks nobody for a run that was cancelled, and takes no answer', async () => {
    const scene = await setUp();
    const { id: question } = await ask(scene);
    await scene.operations.cancel('task-1', {}, dev);
    await scene.settle();
    await expect(
      scene.stepService.answer(question, { answer: 'continue' }, ops),
    ).rejects.toThrow('was cancelled: an answer changes nothing any more.');
    await expect(
      scene.stepService.ask({ ...QUESTION, inputDigest: 'digest-2' }),
    ).rejects.toThrow('was cancelled: nobody is asked any more.');
  });

  it('shows people all that it knows of a run', async () => {
    const scene = await setUp();
    const { id: question } = await ask(scene);
    await scene.stepService.report('task-1', {
      stepId: 'create',
      outcome: 'asked',
      problem: QUESTION.problem,
    });
    const { state } = await scene.reader.read('task-1', dev);
    expect(state).toMatchObject({
      status: 'waiting',
      phase: 'active',
      title: 'Database: orders',
      waitsFor: 'Waits for the lead of team-a',
      stepReports: [{ stepId: 'create', outcome: 'asked' }],
      interventions: [{ id: question }],
      options: {
        cancel: { allowed: true },
        retry: { allowed: false, reason: 'It has not failed.' },
      },
    });
    const seenByOthers = await scene.reader.read('task-1', ops);
    expect(seenByOthers.state?.options.cancel.allowed).toBe(false);
    expect((await scene.reader.read('task-1', dev)).effects).toEqual([]);
  });
});
