import { SchedulerService } from '@backstage/backend-plugin-api';
import { ApprovalsConfig } from '../config';
import { ApproverRefresher } from './ApproverRefresher';
import { AnswerInbox } from './messages/AnswerInbox';
import { DeliveryWorker } from './messages/DeliveryWorker';
import { Notifier } from './Notifier';
import { OutboxDispatcher } from './OutboxDispatcher';
import { TimerService } from './TimerService';
import { UngatedTaskGuard } from './UngatedTaskGuard';

/**
 * For how long a turn belongs to the replica that took it: as long waits what
 * a killed one has left. Several may work at once, so a short one is safe.
 */
const LEASE = { minutes: 1 };

/**
 * Schedules what has to happen without a call; of several replicas one does
 * it at a time, under the scheduler's lease.
 */
export async function scheduleTasks(
  scheduler: SchedulerService,
  services: {
    dispatcher: OutboxDispatcher;
    worker: DeliveryWorker;
    inbox: AnswerInbox;
    guard: UngatedTaskGuard;
    refresher: ApproverRefresher;
    notifier: Notifier;
    timers: TimerService;
  },
  { slaFrequency }: Pick<ApprovalsConfig, 'slaFrequency'>,
): Promise<void> {
  const { dispatcher, worker, inbox, guard, refresher, notifier, timers } =
    services;
  await scheduler.scheduleTask({
    id: 'approvals-outbox',
    frequency: { seconds: 5 },
    timeout: LEASE,
    scope: 'global',
    fn: () => dispatcher.tick(),
  });
  await scheduler.scheduleTask({
    id: 'approvals-messages',
    frequency: { seconds: 5 },
    timeout: LEASE,
    scope: 'global',
    fn: async () => {
      // In the background: very many take longer than any lease.
      worker.wake();
      await inbox.tick();
    },
  });
  await scheduler.scheduleTask({
    id: 'approvals-timers',
    frequency: slaFrequency,
    timeout: LEASE,
    scope: 'global',
    fn: () => timers.tick(),
  });
  await scheduler.scheduleTask({
    id: 'approvals-ungated-tasks',
    frequency: { seconds: 10 },
    timeout: LEASE,
    scope: 'global',
    fn: () => guard.sweep(),
  });
  await scheduler.scheduleTask({
    id: 'approvals-approvers',
    frequency: { minutes: 1 },
    timeout: { minutes: 10 },
    scope: 'global',
    fn: async () => {
      if (await refresher.refreshAll()) {
        await notifier.requestsChanged();
      }
    },
  });
}
