import { mockServices } from '@backstage/backend-test-utils';
import { gateStep } from '../__testUtils__/databaseTask';
import { FakeScaffolder } from '../__testUtils__/FakeScaffolder';
import { FakeAuditor } from '../__testUtils__/world';
import { AuditTrail } from './AuditTrail';
import { RunReader } from './RunReader';
import { UngatedTaskGuard } from './UngatedTaskGuard';

const act = { id: 'act', action: 'publish:github' };

describe('UngatedTaskGuard', () => {
  const setUp = () => {
    const scaffolder = new FakeScaffolder();
    const auditor = new FakeAuditor();
    const guard = new UngatedTaskGuard({
      scaffolder: scaffolder.service,
      auth: mockServices.auth({ pluginId: 'approvals' }),
      audit: new AuditTrail(auditor),
      logger: mockServices.logger.mock(),
    });
    return { scaffolder, auditor, guard };
  };

  it('cancels a task that opens without a gate, as the service, and audits it', async () => {
    const { scaffolder, auditor, guard } = setUp();
    scaffolder.addTask('bad', { steps: [act] });
    scaffolder.addTask('good', { steps: [gateStep(), act] });

    await guard.onEvent({ id: 'bad', status: 'open', spec: {} });
    await guard.onEvent({ id: 'good', status: 'open' });

    expect(scaffolder.cancelled).toEqual(['bad']);
    expect(scaffolder.service.cancelTask.mock.calls[0][1]).toMatchObject({
      credentials: { principal: { subject: 'plugin:approvals' } },
    });
    expect(auditor.events).toEqual(['ungated-task-cancel succeeded']);
    expect(auditor.metas).toEqual([
      {
        actor: 'plugin:approvals',
        taskId: 'bad',
        template: 'template:default/database',
      },
    ]);
  });

  it('believes the scaffolder, not the event', async () => {
    const { scaffolder, guard } = setUp();
    scaffolder.addTask('good', { steps: [gateStep(), act] });
    scaffolder.addTask('done', { steps: [act], status: 'completed' });

    await guard.onEvent({
      id: 'good',
      status: 'open',
      spec: { steps: [act] },
    });
    await guard.onEvent({ id: 'done', status: 'open' });

    expect(scaffolder.cancelled).toEqual([]);
  });

  it('looks once for two events, and hands on what it has read', async () => {
    const scaffolder = new FakeScaffolder();
    const auth = mockServices.auth({ pluginId: 'approvals' });
    const runs = new RunReader({ scaffolder: scaffolder.service, auth });
    const guard = new UngatedTaskGuard({
      runs,
      scaffolder: scaffolder.service,
      auth,
      audit: new AuditTrail(new FakeAuditor()),
      logger: mockServices.logger.mock(),
    });
    scaffolder.addTask('good', { steps: [gateStep(), act] });

    await Promise.all([
      guard.onEvent({ id: 'good', status: 'open' }),
      guard.onEvent({ id: 'good', status: 'processing' }),
    ]);
    expect(await runs.getSpec('good')).toMatchObject({
      steps: [{ action: 'approval:request' }, act],
    });

    expect(scaffolder.service.getTask).toHaveBeenCalledTimes(1);
  });

  it('takes the task’s id, where the event carries its own', async () => {
    const { scaffolder, guard } = setUp();
    scaffolder.addTask('bad', { steps: [act] });

    await guard.onEvent({ id: 'event-7', taskId: 'bad', status: 'processing' });

    expect(scaffolder.cancelled).toEqual(['bad']);
  });

  it.each([
    undefined,
    'text',
    {},
    { id: 7, status: 'open' },
    { id: 'bad', status: 'cancelled' },
    { id: 'unknown', status: 'open' },
  ])('leaves %j alone', async payload => {
    const { scaffolder, guard } = setUp();
    scaffolder.addTask('bad', { steps: [act] });

    await guard.onEvent(payload);

    expect(scaffolder.cancelled).toEqual([]);
  });

  it('finds in its sweep what no event told, over several pages', async () => {
    const { scaffolder, guard } = setUp();
    for (let index = 0; index < 101; index++) {
      scaffolder.addTask(`good-${index}`);
    }
    scaffolder.addTask('bad', { steps: [act], status: 'open' });
    scaffolder.addTask('over', { steps: [act], status: 'failed' });

    await guard.sweep();

    expect(scaffolder.cancelled).toEqual(['bad']);
  });

  it('goes on when one cancel fails, and tries again next time', async () => {
    const { scaffolder, auditor, guard } = setUp();
    scaffolder.addTask('bad-1', { steps: [act] });
    scaffolder.addTask('bad-2', { steps: [act] });
    scaffolder.service.cancelTask.mockRejectedValueOnce(new Error('busy'));

    await guard.sweep();
    expect(scaffolder.cancelled).toEqual(['bad-2']);
    expect(auditor.events).toEqual([
      'ungated-task-cancel failed',
      'ungated-task-cancel succeeded',
    ]);
    await guard.sweep();
    expect(scaffolder.cancelled).toContain('bad-1');
  });

  it('looks at a gated task once, and at an ungated one each time it runs', async () => {
    const { scaffolder, guard } = setUp();
    scaffolder.addTask('good');
    scaffolder.addTask('bad', { steps: [act] });

    for (let attempt = 0; attempt < 3; attempt++) {
      await guard.onEvent({ id: 'good', status: 'processing' });
      await guard.onEvent({ id: 'bad', status: 'processing' });
    }

    const read = scaffolder.service.getTask.mock.calls.map(
      ([{ taskId }]) => taskId,
    );
    expect(read.filter(id => id === 'good')).toHaveLength(1);
    expect(scaffolder.cancelled).toEqual(['bad', 'bad', 'bad']);
  });

  it('subscribes to the scaffolder’s events', async () => {
    const { scaffolder, guard } = setUp();
    scaffolder.addTask('bad', { steps: [act] });
    const events = mockServices.events();
    await guard.subscribe(events);

    await events.publish({
      topic: 'scaffolder.task',
      eventPayload: { id: 'bad', status: 'open' },
    });

    await Promise.resolve();
    await new Promise(resolve => setImmediate(resolve));
    expect(scaffolder.cancelled).toEqual(['bad']);
  });
});
