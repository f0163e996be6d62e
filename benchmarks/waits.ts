import { createHmac, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import Database from 'better-sqlite3';
import type { Bench } from './lib/bench';
import {
  servePullRequests,
  type ManyPullRequests,
} from './lib/manyPullRequests';
import { startPlatform, webhookSecret, type Platform } from './lib/platform';
import { seedRuns } from './lib/seedRuns';
import { median, percentile } from './lib/statistics';

/** GitHub's 5,000 points an hour, one a query of this size. */
const limitPerMinute = 5_000 / 60;
/** How often a wait that polls inside its step asks, and with how many calls. */
const naivePerMinute = 12 * 2;

/** Parks one run through the scaffolder, and copies it. */
async function seedWaits(
  platform: Platform,
  vendor: ManyPullRequests,
  count: number,
): Promise<Map<number, string>> {
  const first = await platform.submit('production');
  for (let turn = 0; (await statusOf(platform, first)) !== 'parked'; turn++) {
    if (turn > 300) {
      throw new Error('The first run did not park');
    }
    await delay(100);
  }
  await seedRuns(platform.databases, 'parked', count - 1);
  const runs = new Database(join(platform.databases, 'runs.sqlite'), {
    timeout: 60_000,
  });
  try {
    const update = runs.prepare(
      "UPDATE suspensions SET wait_kind = 'infrastructure', wait_ref = ?, wait_subject = ? WHERE task_id = ?",
    );
    const tasks = new Map<number, string>();
    runs.transaction(() => {
      const rows = runs.prepare('SELECT task_id FROM suspensions').all() as {
        task_id: string;
      }[];
      rows.forEach(({ task_id }, index) => {
        const number = index + 1;
        update.run(
          JSON.stringify(['apply', vendor.head(number), vendor.url(number)]),
          vendor.head(number),
          task_id,
        );
        tasks.set(number, task_id);
      });
    })();
    return tasks;
  } finally {
    runs.close();
  }
}

async function statusOf(
  platform: Platform,
  taskId: string,
): Promise<string | undefined> {
  const { items } = await platform.request<{
    items: { suspension: { status: string } }[];
  }>(`runs/runs?taskIds=${taskId}`);
  return items[0]?.suspension.status;
}

/** Tells of a commit status as GitHub does. */
async function sendWebhook(platform: Platform, sha: string): Promise<void> {
  const body = JSON.stringify({ sha, state: 'success' });
  const signature = createHmac('sha256', webhookSecret)
    .update(body)
    .digest('hex');
  const response = await fetch(`${platform.baseUrl}/api/runs/webhooks/github`, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'x-github-event': 'status',
      'x-github-delivery': randomUUID(),
      'x-hub-signature-256': `sha256=${signature}`,
    },
  });
  if (!response.ok) {
    throw new Error(`The webhook was answered ${response.status}`);
  }
}

/** Seconds from an apply's end until its run is no longer parked. */
async function timeEnd(
  platform: Platform,
  vendor: ManyPullRequests,
  wait: { number: number; taskId: string },
  hasWebhook: boolean,
): Promise<number> {
  const started = performance.now();
  vendor.apply(wait.number);
  if (hasWebhook) {
    await sendWebhook(platform, vendor.head(wait.number));
  }
  while ((await statusOf(platform, wait.taskId)) === 'parked') {
    if (performance.now() - started > 400_000) {
      throw new Error(`Wait ${wait.number} never ended`);
    }
    await delay(20);
  }
  return (performance.now() - started) / 1000;
}

/** Very many waits on one vendor: what they cost it, and when they end. */
export const bench: Bench = {
  unit: 's',
  aims: [{ figure: 'requestsPerMinute', below: limitPerMinute }],
  async run({ quick, log, directory, cleanUp }) {
    const count = quick ? 500 : 5_000;
    const samples = quick ? 5 : 20;
    const vendor = await servePullRequests();
    cleanUp(vendor.stop);
    const platform = await startPlatform({
      directory: join(directory, 'waits'),
      selfService: true,
      githubApi: vendor.apiBaseUrl,
    });
    cleanUp(platform.stop);
    log(`Seeding ${count} waits`);
    const tasks = [...(await seedWaits(platform, vendor, count))];
    const pick = (index: number) => {
      const [number, taskId] =
        tasks[Math.floor(((index + 0.5) * tasks.length) / (2 * samples))];
      return { number, taskId };
    };

    const minutes = quick ? 0.5 : 3;
    await delay(5_000);
    const before = vendor.requests();
    await delay(minutes * 60_000);
    const requestsPerMinute = (vendor.requests() - before) / minutes;
    log(`${requestsPerMinute.toFixed(1)} requests a minute`);

    const withWebhook: number[] = [];
    for (let turn = 0; turn < samples; turn++) {
      withWebhook.push(await timeEnd(platform, vendor, pick(turn), true));
    }
    log(`With webhooks ${median(withWebhook).toFixed(2)} s`);
    const without = await Promise.all(
      Array.from({ length: samples }, (_, turn) =>
        timeEnd(platform, vendor, pick(samples + turn), false),
      ),
    );
    log(`Without webhooks ${median(without).toFixed(2)} s`);
    return {
      samples: withWebhook.length + without.length,
      figures: {
        waits: count,
        requestsPerMinute,
        limit: limitPerMinute,
        'naive.requestsPerMinute': count * naivePerMinute,
        'webhook.p50': median(withWebhook),
        'webhook.p95': percentile(withWebhook, 95),
        'sweep.p50': median(without),
        'sweep.p95': percentile(without, 95),
      },
    };
  },
};
