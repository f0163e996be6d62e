import { mockCredentials, mockServices } from '@backstage/backend-test-utils';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { suspendRequest } from '../__testUtils__/createReplica';
import { databases } from '../__testUtils__/databases';
import { createRunScene, DEV, FACTS } from '../__testUtils__/runScene';

const dev = mockCredentials.user(DEV);
const other = mockCredentials.user('user:default/other');
const allow = mockServices.permissions({ result: AuthorizeResult.ALLOW });

describe.each(databases.eachSupportedId())('RunOperations on %p', id => {
  const setUp = (options?: Parameters<typeof createRunScene>[1]) =>
    createRunScene(id, options);

  describe('cancel', () => {
    it('ends a run that runs, and lets it act no more', async () => {
      const scene = await setUp();
      const { start, create, find, settle, operations } = scene;
      await start();
      await operations.cancel('task-1', { comment: 'Wrong size' }, dev);
      await expect(create()).rejects.toThrow('was cancelled');
      await settle();
      expect(scene.scaffolderRuns.cancels).toBe(1);
      expect((await find()).phase).toBe('active');
      scene.scaffolderRuns.end('task-1');
      await scene.follow();
      expect(await find()).toMatchObject({
        phase: 'cancelled',
        endedBy: DEV,
        endComment: 'Wrong size',
        cancelledAt: expect.any(Date),
      });
      expect(scene.approvals.closeRun).toHaveBeenCalledTimes(1);
      // Who has cancelled a run knows it.
      expect(scene.told()).toEqual([]);
    });

    it('ends a run that waits at once, and resumes it never', async () => {
      const scene = await setUp();
      const { start, find, settle, suspensions, operations } = scene;
      await start();
      await suspensions.suspend(suspendRequest());
      scene.scaffolderRuns.end('task-1');
      await scene.sweep.tick();
      await operations.cancel('task-1', {}, dev);
      await settle();
      expect((await find()).phase).toBe('cancelled');
      expect((await scene.store.find(suspendRequest()))?.status).toBe(
        'cancelled',
      );
      await suspensions.signal({ kind: 'approval', ref: 'request-1' });
      await settle();
      expect(scene.scaffolderRuns.retries).toEqual([]);
    });

    it.each([
      [false, 'held'],
      [true, 'rolled-back'],
    ])('with rollback %s leaves what exists %s', async (rollback, phase) => {
      const scene = await setUp();
      await scene.start();
      await scene.create();
      await scene.operations.cancel('task-1', { rollback }, dev);
      await scene.settle();
      scene.scaffolderRuns.end('task-1');
      await scene.follow();
      expect((await scene.find()).phase).toBe(phase);
    });

    it('goes on after a kill between the note and the act', async () => {
      const scene = await setUp();
      const { start, find, runs, clock, pass, scaffolderRuns } = scene;
      await start();
      const now = await clock.now();
      await runs.movePhase(
        await find(),
        { cancelledAt: now, endedBy: DEV, nextLookAt: now },
        now,
        ['run.cancelled'],
      );
      await pass(0);
      await pass(30_000);
      expect(scaffolderRuns.cancels).toBe(1);
      scaffolderRuns.end('task-1');
      await pass(30_000);
      expect((await find()).phase).toBe('cancelled');
    });

    it('happens once, however often it is asked for', async () => {
      const scene = await setUp();
      const { start, operations, settle } = scene;
      await start();
      await Promise.all(
        [1, 2, 3].map(() => operations.cancel('task-1', {}, dev)),
      );
      await settle();
      expect(scene.scaffolderRuns.cancels).toBe(1);
      scene.scaffolderRuns.end('task-1');
      await scene.follow();
      await operations.cancel('task-1', {}, dev);
      expect(scene.approvals.closeRun).toHaveBeenCalledTimes(1);
    });

    it('is for the requester and for operators, in person', async () => {
      const { start, operations, find } = await setUp();
      await start();
      await expect(operations.cancel('task-1', {}, other)).rejects.toThrow(
        'Only the requester and the platform team',
      );
      const byPlugin = mockCredentials.user(DEV, {
        actor: { subject: 'plugin:scaffolder' },
      });
      await expect(operations.cancel('task-1', {}, byPlugin)).rejects.toThrow(
        'Only a person can do this',
      );
      expect((await find()).cancelledAt).toBeUndefined();

      const scene = await setUp({ permissions: allow });
      await scene.start();
      await scene.operations.cancel('task-1', {}, other);
      expect((await scene.find()).endedBy).toBe('user:default/other');
    });

    it('refuses for a run that has ended, and says so', async () => {
      const { start, follow, operations, scaffolderRuns } = await setUp();
      await start();
      scaffolderRuns.end('task-1', 'completed');
      await follow();
      await expect(operations.cancel('task-1', {}, dev)).rejects.toMatchObject({
        name: 'ConflictError',
        message: 'It has ended.',
      });
    });

    it('cancels a task that no gate has seen', async () => {
      const { operations, settle, find, scaffolderRuns } = await setUp();
      scaffolderRuns.start('task-1', undefined, FACTS);
      await operations.cancel('task-1', {}, dev);
      await settle();
      expect(scaffolderRuns.cancels).toBe(1);
      expect((await find()).endedBy).toBe(DEV);
    });
  });

  describe('replace', () => {
    async function fail(
      scene: Awaited<ReturnType<typeof setUp>>,
      withEffect: boolean,
    ) {
      await scene.start('old');
      if (withEffect) {
        await scene.create('old');
      }
      scene.scaffolderRuns.end('old');
      await scene.follow('old');
      await scene.start('new');
    }

    it('rolls the replaced run back, and links the two', async () => {
      const scene = await setUp();
      await fail(scene, true);
      expect((await scene.find('old')).phase).toBe('held');
      for (let times = 0; times < 2; times++) {
        await scene.operations.replace('new', 'old', dev);
        await scene.settle();
      }
      expect(await scene.find('old')).toMatchObject({
        phase: 'rolled-back',
        replacedBy: 'new',
        endedBy: DEV,
      });
      expect((await scene.find('new')).replaces).toBe('old');
    });

    it('leaves a run alone of which nothing exists', async () => {
      const scene = await setUp();
      await fail(scene, false);
      await scene.operations.replace('new', 'old', dev);
      expect(await scene.find('old')).toMatchObject({
        phase: 'failed',
        replacedBy: 'new',
      });
    });

    it('refuses what is not one’s own, runs still, or was replaced', async () => {
      const scene = await setUp();
      const { operations } = scene;
      await fail(scene, true);
      await scene.start('third');
      await expect(operations.replace('new', 'old', other)).rejects.toThrow(
        'This run is not yours',
      );
      await expect(operations.replace('new', 'new', dev)).rejects.toThrow(
        'can not replace itself',
      );
      await expect(operations.replace('new', 'third', dev)).rejects.toThrow(
        'It has not ended: cancel it first.',
      );
      await operations.replace('third', 'old', dev);
      await scene.settle();
      await expect(operations.replace('third', 'new', dev)).rejects.toThrow(
        'replaces run old already',
      );
    });
  });
});
