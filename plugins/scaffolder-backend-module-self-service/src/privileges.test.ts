import {
  AuthorizeResult,
  PermissionCriteria,
  PermissionCondition,
} from '@backstage/plugin-permission-common';
import {
  GATE,
  Platform,
  Policy,
  startPlatform,
  TemplateStep,
  until,
  untilEnded,
  untilParked,
} from './__testUtils__/platform';

jest.setTimeout(60_000);

const ACT: TemplateStep = {
  id: 'act',
  action: 'test:act',
  input: { size: '${{ parameters.size }}' },
};
const PRODUCTION = { environment: 'production', size: 'large' };

const conditionally =
  (
    conditions: PermissionCriteria<PermissionCondition>,
    of = 'scaffolder.action.execute',
    resourceType = 'scaffolder-action',
  ): Policy =>
  permission =>
    permission === of
      ? {
          result: AuthorizeResult.CONDITIONAL,
          pluginId: 'scaffolder',
          resourceType,
          conditions,
        }
      : undefined;

const condition = (rule: string, params: Record<string, string>) => ({
  rule,
  resourceType: 'scaffolder-action',
  params,
});

async function approve(platform: Platform, requestId: string) {
  const { status, body } = await platform.call(
    'leo',
    `approvals/requests/${requestId}/votes`,
    { verdict: 'approve' },
  );
  expect({ status, body }).toMatchObject({ status: 200 });
}

describe('a run that waits', () => {
  it('frees its worker, and goes on after the vote under the requester’s name', async () => {
    const platform = await startPlatform({
      steps: [
        GATE,
        ACT,
        { id: 'always', action: 'test:act', if: '${{ always() }}' },
      ],
    });
    const taskId = await platform.start(PRODUCTION, {
      API_KEY: 'user-secret-1',
    });
    const request = await untilParked(platform, taskId);
    expect(request.status).toBe('pending');
    expect(platform.acted).toEqual([]);
    expect(JSON.stringify(await platform.events(taskId))).not.toContain(
      'user-secret',
    );

    await approve(platform, request.id);
    await until(
      () => platform.task(taskId),
      ({ status }) => status === 'completed',
    );
    expect(platform.acted).toEqual([
      { step: 'act', user: 'user:default/dana', secrets: ['user-secret-1'] },
      { step: 'always', user: 'user:default/dana', secrets: ['user-secret-1'] },
    ]);
  });

  it('ends at a rejection, whatever is pressed then', async () => {
    const platform = await startPlatform({ steps: [GATE, ACT] });
    const taskId = await platform.start(PRODUCTION);
    const request = await untilParked(platform, taskId);
    await platform.call('leo', `approvals/requests/${request.id}/votes`, {
      verdict: 'reject',
      comment: 'use staging',
    });
    await until(
      () => platform.events(taskId),
      events => JSON.stringify(events).includes('use staging'),
    );
    await untilEnded(platform, taskId);
    await platform.call('dana', `scaffolder/v2/tasks/${taskId}/retry`, {});
    await untilEnded(platform, taskId);
    expect(platform.acted).toEqual([]);
  });
});

describe('the requester’s permissions', () => {
  it.each<[string, Policy]>([
    [
      'by id',
      conditionally({
        not: condition('HAS_ACTION_ID', { actionId: 'test:act' }),
      }),
    ],
    [
      'by an input that is a parameter',
      conditionally({
        not: condition('HAS_STRING_PROPERTY', { key: 'size', value: 'large' }),
      }),
    ],
  ])('refuse a denied action at the gate: %s', async (_name, policy) => {
    const platform = await startPlatform({ steps: [GATE, ACT], policy });
    const taskId = await platform.start(PRODUCTION);
    await untilEnded(platform, taskId);
    expect(JSON.stringify(await platform.events(taskId))).toContain(
      "You are not allowed to run step 'act' (test:act)",
    );
    expect((await platform.approvals(taskId)).requests).toEqual([]);
    expect(platform.acted).toEqual([]);
  });

  it('refuse an input that only a later step will know', async () => {
    const platform = await startPlatform({
      steps: [
        GATE,
        { ...ACT, input: { size: "${{ steps['x'].output.size }}" } },
      ],
      policy: conditionally({
        not: condition('HAS_STRING_PROPERTY', { key: 'size', value: 'large' }),
      }),
    });
    const taskId = await platform.start(PRODUCTION);
    await untilEnded(platform, taskId);
    expect(JSON.stringify(await platform.events(taskId))).toContain(
      'depends on an input that is not known before the run waits',
    );
    expect((await platform.approvals(taskId)).requests).toEqual([]);
  });
});

describe('a person pressing the stock buttons', () => {
  it('Retry while it waits: waits on, asks nobody twice, creates nothing', async () => {
    const platform = await startPlatform({ steps: [GATE, ACT] });
    const taskId = await platform.start(PRODUCTION);
    const request = await untilParked(platform, taskId);
    for (const who of ['dana', 'mallory', 'dana']) {
      const { status } = await platform.call(
        who,
        `scaffolder/v2/tasks/${taskId}/retry`,
        {},
      );
      expect(status).toBe(201);
      await untilEnded(platform, taskId);
      await untilParked(platform, taskId);
    }
    const { requests } = await platform.approvals(taskId);
    expect(requests.map(({ id }: { id: string }) => id)).toEqual([request.id]);
    expect(platform.acted).toEqual([]);

    await approve(platform, request.id);
    await until(
      () => platform.task(taskId),
      ({ status }) => status === 'completed',
    );
    expect(platform.acted).toHaveLength(1);
  });

  it('Cancel while it waits: the request is cancelled and nothing runs', async () => {
    const platform = await startPlatform({ steps: [GATE, ACT] });
    const taskId = await platform.start(PRODUCTION);
    const request = await untilParked(platform, taskId);
    await platform.call('dana', `scaffolder/v2/tasks/${taskId}/cancel`, {});
    await until(
      () => platform.approvals(taskId),
      ({ requests }) => requests[0].status === 'cancelled',
    );
    const vote = await platform.call(
      'leo',
      `approvals/requests/${request.id}/votes`,
      { verdict: 'approve' },
    );
    expect(vote.status).toBe(409);
    await platform.call('dana', `scaffolder/v2/tasks/${taskId}/retry`, {});
    await untilEnded(platform, taskId);
    expect(platform.acted).toEqual([]);
  });

  it('Cancel at once after the start: nothing runs', async () => {
    const platform = await startPlatform({ steps: [GATE, ACT] });
    const taskId = await platform.start(PRODUCTION);
    await platform.call('dana', `scaffolder/v2/tasks/${taskId}/cancel`, {});
    await untilEnded(platform, taskId);
    const { requests } = await platform.approvals(taskId);
    for (const { id, status } of requests) {
      if (status === 'pending') {
        await platform.call('leo', `approvals/requests/${id}/votes`, {
          verdict: 'approve',
        });
      }
    }
    await untilEnded(platform, taskId);
    expect(platform.acted.length).toBe(0);
  });

  it('Cancel between the vote and the resume, or Retry at the same time: at most one run of each step', async () => {
    const platform = await startPlatform({ steps: [GATE, ACT] });
    const taskId = await platform.start(PRODUCTION);
    const request = await untilParked(platform, taskId);
    await Promise.all([
      approve(platform, request.id),
      platform.call('dana', `scaffolder/v2/tasks/${taskId}/retry`, {}),
      platform.call('dana', `scaffolder/v2/tasks/${taskId}/retry`, {}),
    ]);
    await until(
      () => platform.task(taskId),
      ({ status }) => status === 'completed',
    );
    expect(platform.acted).toHaveLength(1);
  });
});

describe('a template', () => {
  it('that is edited while a run waits changes nothing for it', async () => {
    const platform = await startPlatform({ steps: [GATE, ACT] });
    const taskId = await platform.start(PRODUCTION);
    const request = await untilParked(platform, taskId);
    const edited = platform.entities.at(-1)!;
    edited.spec = {
      ...edited.spec,
      steps: [{ id: 'evil', action: 'test:act' }],
    };
    await approve(platform, request.id);
    await until(
      () => platform.task(taskId),
      ({ status }) => status === 'completed',
    );
    expect(platform.acted.map(({ step }) => step)).toEqual(['act']);
  });

  it('that is stripped of its gate by a policy lets nothing through', async () => {
    const platform = await startPlatform({
      steps: [
        GATE,
        {
          id: 'pr',
          action: 'github:pull-request',
          input: {
            repoUrl: 'github.com?owner=o&repo=r',
            branchName: 'b',
            title: 't',
          },
          'backstage:permissions': { tags: ['public'] },
        },
      ],
      policy: conditionally(
        {
          rule: 'HAS_TAG',
          resourceType: 'scaffolder-template',
          params: { tag: 'public' },
        },
        'scaffolder.template.step.read',
        'scaffolder-template',
      ),
    });
    const taskId = await platform.start(PRODUCTION);
    const { spec } = await untilEnded(platform, taskId);
    expect(spec.steps.map(({ id }: { id: string }) => id)).toEqual(['pr']);
    expect(platform.git.opened).toEqual([]);
  });
});
