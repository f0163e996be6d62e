import { TaskEvent } from '../TaskReader';
import { findLeftovers } from './leftovers';

const CLOSE = {
  operation: 'git:close-pull-request',
  input: {
    repoUrl: 'github.com?owner=acme&repo=infra',
    branch: 'db-{name}-{size}',
  },
};

function find(
  rollback: unknown,
  statuses: string[] = ['processing'],
  parameters: Record<string, string | number | null> = {
    name: 'orders',
    size: 3,
  },
) {
  const events: TaskEvent[] = statuses.map((status, id) => ({
    id,
    type: 'log',
    createdAt: `2026-01-05T12:00:0${id}Z`,
    body: { stepId: 'publish', status },
  }));
  const steps = [
    { id: 'publish', name: 'Publish', action: 'publish:x', rollback },
  ];
  return findLeftovers('task-1', { steps, parameters }, events);
}

describe('findLeftovers', () => {
  it('names what a step with a stock action may have made', () => {
    expect(find(CLOSE, ['processing', 'failed'])).toEqual([
      {
        taskId: 'task-1',
        stepId: 'publish',
        inputDigest: 'rollback',
        capability: 'git',
        kind: 'pull request',
        name: 'github.com/acme/infra#db-orders-3',
        reference: { stock: true, completed: false },
        createdAt: new Date('2026-01-05T12:00:00Z'),
      },
    ]);
  });

  it('knows whether the step has finished, in any attempt', () => {
    const [leftover] = find(CLOSE, [
      'processing',
      'failed',
      'processing',
      'completed',
      'failed',
    ]);
    expect(leftover.reference).toEqual({
      stock: true,
      completed: true,
      // When the attempt ran that has finished it.
      from: '2026-01-05T12:00:02.000Z',
      to: '2026-01-05T12:00:03.000Z',
    });
  });

  it('finds nothing of a step that has not begun or declares nothing', () => {
    expect(find(CLOSE, [])).toEqual([]);
    expect(find(CLOSE, ['skipped'])).toEqual([]);
    expect(find(undefined)).toEqual([]);
  });

  it.each([
    [
      'git:delete-repository',
      { repoUrl: 'git.acme.com?owner=group%2Fsub&repo={name}' },
      {
        capability: 'git',
        kind: 'repository',
        name: 'git.acme.com/group/sub/orders',
      },
    ],
    [
      'secret:delete',
      { path: 'databases/{name}' },
      { capability: 'secrets', kind: 'secret', name: 'databases/orders' },
    ],
  ])('reads %s', (operation, input, target) => {
    expect(find({ operation, input })).toEqual([
      expect.objectContaining(target),
    ]);
  });

  it.each([
    ['a parameter is missing', CLOSE, { name: 'orders' }],
    ['a parameter is no text', CLOSE, { name: 'orders', size: null }],
    [
      'the repository is none',
      { ...CLOSE, input: { repoUrl: 'github.com', branch: 'a' } },
      {},
    ],
    ['the operation is unknown', { operation: 'x', input: {} }, {}],
  ])('shows the step itself where %s', (_, rollback, parameters) => {
    expect(find(rollback, ['processing'], parameters)).toEqual([
      expect.objectContaining({
        capability: 'unknown',
        kind: 'publish:x',
        name: 'Publish',
      }),
    ]);
  });
});
