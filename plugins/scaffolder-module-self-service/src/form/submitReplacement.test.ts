import { Run } from '@self-service/plugin-runs-common';
import { makeRunState } from '../__testUtils__/fixtures';
import { mockRunsApi } from '../__testUtils__/mockRunsApi';
import { submitReplacement } from './submitReplacement';

const RESULT = { values: { name: 'orders' }, secrets: { password: 's3cret' } };

function makeRun(state: Partial<NonNullable<Run['state']>>): Run {
  return {
    taskId: 'old',
    suspensions: [],
    effects: [],
    state: makeRunState(state),
  };
}

function makeTools(...states: Partial<NonNullable<Run['state']>>[]) {
  const log: string[] = [];
  const runsApi = mockRunsApi();
  runsApi.getRun.mockImplementation(async () => {
    const state = states.length > 1 ? states.shift() : states[0];
    return makeRun(state ?? {});
  });
  runsApi.rollBack.mockImplementation(async taskId => {
    log.push(`roll back ${taskId}`);
  });
  runsApi.replace.mockImplementation(async (taskId, replaced) => {
    log.push(`${taskId} replaces ${replaced}`);
  });
  const tools = {
    runsApi,
    scaffolderApi: {
      scaffold: jest.fn(async () => {
        log.push('scaffold');
        return { taskId: 'new' };
      }),
    },
    pause: jest.fn(async () => {}),
    onRollback: jest.fn(),
  };
  return { tools, log };
}

const CAN_ROLL_BACK = makeRunState({
  phase: 'held',
  options: {
    ...makeRunState({}).options,
    rollback: { allowed: true },
  },
});

describe('submitReplacement', () => {
  it('rolls the earlier run back, starts the new one then, and links them', async () => {
    const { tools, log } = makeTools(
      CAN_ROLL_BACK,
      { phase: 'rolling-back' },
      { phase: 'rolling-back' },
      { phase: 'rolled-back' },
    );

    const answer = await submitReplacement('template:x', RESULT, 'old', tools);

    expect(answer).toEqual({ taskId: 'new' });
    expect(log).toEqual(['roll back old', 'scaffold', 'new replaces old']);
    expect(tools.onRollback).toHaveBeenCalledTimes(2);
    expect(tools.scaffolderApi.scaffold).toHaveBeenCalledWith({
      templateRef: 'template:x',
      ...RESULT,
    });
  });

  it('starts nothing when something could not be undone', async () => {
    const { tools, log } = makeTools(
      CAN_ROLL_BACK,
      { phase: 'rolling-back' },
      { phase: 'rollback-failed' },
    );

    await expect(
      submitReplacement('template:x', RESULT, 'old', tools),
    ).rejects.toThrow(/could not be undone/);
    expect(log).toEqual(['roll back old']);
  });

  it('asks for no rollback where there is nothing to roll back', async () => {
    const { tools, log } = makeTools({
      phase: 'rolled-back',
      status: 'rolled-back',
    });

    await submitReplacement('template:x', RESULT, 'old', tools);

    expect(log).toEqual(['scaffold', 'new replaces old']);
  });

  it('links again when the new run is not known yet', async () => {
    const { tools } = makeTools({ phase: 'failed' });
    tools.runsApi.replace.mockRejectedValueOnce(new Error('not found'));

    await expect(
      submitReplacement('template:x', RESULT, 'old', tools),
    ).resolves.toEqual({ taskId: 'new' });
    expect(tools.runsApi.replace).toHaveBeenCalledTimes(2);
  });

  it('tells of a run that was started but could not be linked', async () => {
    const { tools } = makeTools({ phase: 'failed' });
    tools.runsApi.replace.mockRejectedValue(new Error('not found'));

    await expect(
      submitReplacement('template:x', RESULT, 'old', tools),
    ).resolves.toEqual({ taskId: 'new', linkError: new Error('not found') });
    expect(tools.runsApi.replace).toHaveBeenCalledTimes(5);
  });
});
