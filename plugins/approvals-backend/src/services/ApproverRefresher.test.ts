import { mockServices } from '@backstage/backend-test-utils';
import { ApprovalsStore } from '../database';
import { ApproverRefresher } from './ApproverRefresher';
import { ApproverResolver } from './ApproverResolver';

const PAGES = 3;

describe('ApproverRefresher', () => {
  it('rests after each page but the last, for longer than it has worked', async () => {
    const rests: number[] = [];
    const store: Partial<ApprovalsStore> = {
      listUndecidedStages: async ({ after }) => {
        const page = Number(after?.id ?? 0);
        const until = performance.now() + 2;
        while (performance.now() < until) {
          // as a query that holds the process
        }
        return {
          stages: [],
          next:
            page < PAGES - 1
              ? { createdAt: '', id: String(page + 1) }
              : undefined,
        };
      },
    };
    const refresher = new ApproverRefresher({
      store: store as ApprovalsStore,
      newResolver: () => ({} as ApproverResolver),
      clock: { now: async () => new Date(0) },
      logger: mockServices.logger.mock(),
      rest: async milliseconds => void rests.push(milliseconds),
    });

    await refresher.refreshAll();

    expect(rests).toHaveLength(PAGES - 1);
    for (const rest of rests) {
      expect(rest).toBeGreaterThanOrEqual(9 * 2);
      expect(rest).toBeLessThanOrEqual(1_000);
    }
  });
});
