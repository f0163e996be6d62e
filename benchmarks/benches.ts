import type { Bench } from './lib/bench';

/** A bench as it is listed; its file is loaded when it runs. */
export interface ListedBench {
  name: string;
  /** What it measures, in one sentence. */
  summary: string;
  load(): Promise<{ bench: Bench }>;
}

/** Every bench, in the order in which they are listed. */
export const benches: readonly ListedBench[] = [
  {
    name: 'main-job',
    summary:
      'Time and effort until a developer holds the credentials of a database, against a bare script.',
    load: () => import('./mainJob'),
  },
  {
    name: 'policy',
    summary:
      'Time of one policy decision in process, against the same policy on an opa server.',
    load: () => import('./policy'),
  },
  {
    name: 'gate',
    summary: 'Time that an auto-approved gate adds to a run.',
    load: () => import('./gate'),
  },
  {
    name: 'preview',
    summary:
      'Time of the preview of a form on the server, against the same without memory of the catalog.',
    load: () => import('./preview'),
  },
  {
    name: 'parked',
    summary:
      'Time of auto-approved runs while others wait for an approval, against waiting inside a step.',
    load: () => import('./parked'),
  },
  {
    name: 'inbox',
    summary:
      'Time to list and count approval requests, on SQLite and PostgreSQL.',
    load: () => import('./inbox'),
  },
  {
    name: 'contention',
    summary:
      'What happens twice or gets lost where many vote and resume at once and a process is killed.',
    load: () => import('./contention'),
  },
  {
    name: 'chaos',
    summary:
      'What faults, cancellations and kills at every step leave behind, counted in the stand-ins.',
    load: () => import('./chaos'),
  },
  {
    name: 'resume',
    summary:
      'Time from a vote, or the end of an apply, to the next step of a parked run.',
    load: () => import('./resume'),
  },
  {
    name: 'waits',
    summary:
      'What very many waits cost a vendor in requests, and when they end with and without webhooks.',
    load: () => import('./waits'),
  },
  {
    name: 'providers',
    summary:
      'Requests that a run makes at each vendor, against the least possible, and 200 runs at once within the limits.',
    load: () => import('./providers'),
  },
  {
    name: 'notify',
    summary:
      'Time from very many requests at once to the messages in chat that tell of them, within its limits.',
    load: () => import('./notify'),
  },
];
