import {
  startStockScaffolder,
  until,
} from './__testUtils__/startStockScaffolder';

jest.setTimeout(60_000);

const FINISHED = ['before', 'after', 'always'];

describe('a run of the stock scaffolder that waits', () => {
  type Stock = Awaited<ReturnType<typeof startStockScaffolder>>;
  let stock: Stock;

  beforeEach(async () => {
    stock = await startStockScaffolder();
  });

  afterEach(async () => {
    await stock?.stop();
  });

  const untilStatus = (taskId: string, wanted: string) =>
    until(
      () => stock.statusOf(taskId),
      status => status === wanted,
    );
  const untilTask = (taskId: string, wanted: string) =>
    until(
      () => stock.taskStatusOf(taskId),
      status => status === wanted,
    );
  const startParked = async () => {
    const taskId = await stock.start();
    await untilStatus(taskId, 'parked');
    return taskId;
  };

  it('frees its only worker, skips later steps, and finishes intact', async () => {
    const taskId = await startParked();
    expect(await stock.taskStatusOf(taskId)).toBe('failed');
    expect(stock.stepsOf(taskId)).toEqual(['before']);

    // The one worker slot is free for another run.
    const other = await stock.start({ quick: true });
    await untilTask(other, 'completed');
    expect(stock.stepsOf(other)).toEqual(['after', 'always']);

    await stock.approve(taskId);
    await untilTask(taskId, 'completed');
    expect(stock.stepsOf(taskId)).toEqual(FINISHED);
    expect(
      stock.notes.find(
        ({ step, taskId: of }) => step === 'after' && of === taskId,
      ),
    ).toEqual({
      taskId,
      step: 'after',
      user: 'user:default/dev',
      secret: 'hunter2',
      earlier: 'of before',
    });
    expect(await stock.statusOf(taskId)).toBe('resumed');
  });

  it('goes on when it is decided before the task has ended', async () => {
    const taskId = await stock.start();
    await untilStatus(taskId, 'parking');
    await stock.approve(taskId);
    await untilTask(taskId, 'completed');
    expect(stock.stepsOf(taskId)).toEqual(FINISHED);
  });

  it('goes on by the sweep when the signal is lost', async () => {
    const taskId = await startParked();
    stock.decided.add(taskId);
    stock.approvals.decidedAmong.mockResolvedValue([taskId]);
    await stock.sweep();
    await untilTask(taskId, 'completed');
    expect(stock.stepsOf(taskId)).toEqual(FINISHED);
  });

  it('goes on once for many signals', async () => {
    const taskId = await startParked();
    await Promise.all(Array.from({ length: 20 }, () => stock.approve(taskId)));
    await untilTask(taskId, 'completed');
    await stock.sweep();
    expect(stock.stepsOf(taskId)).toEqual(FINISHED);
  });

  it('parks again when a person presses Retry, and keeps its secrets', async () => {
    const taskId = await startParked();
    const first = await stock.suspensionOf(taskId);
    expect((await stock.pressRetry(taskId)).status).toBe(201);
    await untilStatus(taskId, 'parking');
    await untilStatus(taskId, 'parked');
    expect(stock.stepsOf(taskId)).toEqual(['before']);
    expect((await stock.suspensionOf(taskId)).id).toBe(first.id);

    await stock.approve(taskId);
    await untilTask(taskId, 'completed');
    expect(stock.stepsOf(taskId)).toEqual(FINISHED);
    expect(stock.notes.at(-1)?.secret).toBe('hunter2');
  });

  it('goes on once, with its secrets, when Retry and signal coincide', async () => {
    const taskId = await startParked();
    await Promise.all([stock.pressRetry(taskId), stock.approve(taskId)]);
    await until(
      async () => {
        await stock.sweep();
        return stock.taskStatusOf(taskId);
      },
      status => status === 'completed',
    );
    expect(stock.stepsOf(taskId).filter(step => step === 'after')).toEqual([
      'after',
    ]);
    expect(stock.notes.find(({ step }) => step === 'after')?.secret).toBe(
      'hunter2',
    );
  });

  it('lets nothing through when Retry is pressed while it parks', async () => {
    const taskId = await stock.start();
    await untilStatus(taskId, 'parking');
    expect((await stock.pressRetry(taskId)).status).toBe(409);
    await untilStatus(taskId, 'parked');
    expect(stock.stepsOf(taskId)).toEqual(['before']);
  });

  it('ends when a person presses Cancel while it is parked', async () => {
    const taskId = await startParked();
    await stock.pressCancel(taskId);
    await untilStatus(taskId, 'cancelled');
    await until(
      () => stock.approvals.closeRun.mock.calls.length,
      calls => calls === 1,
    );
    await stock.approve(taskId);
    await stock.sweep();
    expect(stock.stepsOf(taskId)).toEqual(['before']);
    expect(await stock.taskStatusOf(taskId)).toBe('failed');
  });

  it('ends when a person presses Cancel while it parks', async () => {
    const taskId = await stock.start();
    await untilStatus(taskId, 'parking');
    await stock.pressCancel(taskId);
    await untilStatus(taskId, 'cancelled');
    await stock.approve(taskId);
    await stock.sweep();
    expect(stock.stepsOf(taskId)).toEqual(['before']);
  });

  it('acts no more when Cancel and signal coincide', async () => {
    const taskId = await startParked();
    await stock.pressCancel(taskId);
    await stock.approve(taskId);
    await untilStatus(taskId, 'cancelled');
    await stock.sweep();
    expect(stock.stepsOf(taskId)).toEqual(['before']);
  });

  it('asks for attention when its template was deleted', async () => {
    const taskId = await startParked();
    stock.removeTemplate();
    await stock.approve(taskId);
    const suspension = await until(
      () => stock.suspensionOf(taskId),
      ({ attention }) => attention !== undefined,
    );
    expect(suspension).toMatchObject({
      status: 'parked',
      attention: expect.stringMatching(/template of this run is gone/),
    });
    expect(stock.stepsOf(taskId)).toEqual(['before']);
  });

  it('is cancelled for good by our Cancel, whatever is pressed after it', async () => {
    const taskId = await startParked();
    expect((await stock.cancelRun(taskId)).status).toBe(202);
    const state = await until(
      () => stock.stateOf(taskId),
      ({ phase }) => phase === 'cancelled',
    );
    expect(state).toMatchObject({
      status: 'cancelled',
      endedBy: 'user:default/dev',
      options: { retry: { allowed: false }, resubmit: { allowed: true } },
    });
    await stock.approve(taskId);
    await stock.pressRetry(taskId);
    await untilTask(taskId, 'failed');
    await stock.sweep();
    expect((await stock.stateOf(taskId)).phase).toBe('cancelled');
    expect(stock.stepsOf(taskId)).not.toContain('after');
  });

  it('is listed from its start to its end, also without a gate', async () => {
    const quick = await stock.start({ quick: true });
    const waiting = await startParked();
    await until(
      () => stock.list('status=completed'),
      ({ total }) => total === 1,
    );
    const { items } = await stock.list();
    expect(items.map(({ taskId, status }) => [taskId, status])).toEqual([
      [waiting, 'waiting'],
      [quick, 'completed'],
    ]);
    expect(items[1]).toMatchObject({
      title: 'test',
      templateRef: 'template:default/test',
      requester: 'user:default/dev',
    });
    expect((await stock.stateOf(waiting)).expectedSeconds).toEqual({
      after: expect.any(Number),
      always: expect.any(Number),
    });
  });
});
