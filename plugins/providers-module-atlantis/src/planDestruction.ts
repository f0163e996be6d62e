import {
  CommitStatus,
  Destruction,
  PlanSummary,
  PullRequest,
  PullRequestComment,
} from '@self-service/plugin-providers-node';
import {
  APPLY,
  APPLY_DESTRUCTION,
  isCommand,
  isRecent,
  PLAN_DESTRUCTION,
} from './commands';
import { isFailure, parseContext, parsePlan, Phase } from './statusWords';

/** What is known of the pull request whose apply is to be destroyed. */
export interface Ruins {
  state: PullRequest['state'];
  /** Every status of the head, newest first. */
  history: readonly CommitStatus[];
  /** All comments, oldest first. */
  comments: readonly PullRequestComment[];
  statusName: string;
  /** Milliseconds since the epoch. */
  now: number;
}

/** Where a destruction stands, and the comment that takes it a step further. */
export interface DestructionStep {
  result: Destruction;
  comment?: string;
}

/** One status, in the order of things. */
interface Event {
  phase: Phase;
  project?: string;
  status: CommitStatus;
}

/** A failure is told for so long; asked later, it is tried anew. Milliseconds. */
const TOLD_FOR = 30_000;
/** Atlantis leaves the whole pending when a part was applied and is done. */
const PARTLY_DONE = /^\d+\/\d+ projects/;

const pending = (description: string, url?: string): DestructionStep => ({
  result: { status: 'pending', description, url },
});
const failed = (description: string, url?: string): DestructionStep => ({
  result: { status: 'failed', description, url },
});
const destroyed = (url?: string): DestructionStep => ({
  result: {
    status: 'destroyed',
    description: 'What was applied is destroyed.',
    url,
  },
});

/**
 * Finds the next step in destroying what a pull request has applied.
 *
 * @remarks
 * Terraform destroys all of a project, also what was there before. So only a
 * pull request whose first plan did nothing but add is destroyed, and only as
 * many things as it added. Steps are found again by the comments that started
 * them and by the order of the statuses: a second is all that a git host
 * tells of times, and much happens in one.
 */
export function planDestruction(ruins: Ruins): DestructionStep {
  const events = readEvents(ruins);
  const request = ruins.comments.findLast(comment =>
    isCommand(comment, PLAN_DESTRUCTION),
  );
  return request
    ? followDestruction(ruins, events, request)
    : startDestruction(ruins, events);
}

function startDestruction(ruins: Ruins, events: Event[]): DestructionStep {
  const { comments, now } = ruins;
  const touched = events.some(
    ({ phase, project, status }) =>
      // The whole is a success by itself where there was nothing to apply.
      phase === 'apply' && (project || status.state !== 'success'),
  );
  if (!touched) {
    const asked = comments.some(
      comment => isCommand(comment, APPLY) && isRecent(comment, now),
    );
    const done = findLast(events, 'apply') !== undefined;
    return asked && !done
      ? pending('Waits for the apply that was asked for.')
      : {
          result: {
            status: 'absent',
            description: 'Nothing of it was ever applied.',
          },
        };
  }
  const apply = findLast(events, 'apply')?.status;
  if (
    apply?.state === 'pending' &&
    !PARTLY_DONE.test(apply.description ?? '')
  ) {
    return pending('Waits for the apply that is under way.', apply.url);
  }
  if (countAdded(events) === undefined) {
    return failed(
      'The pull request changed or destroyed things that were there before, so that Terraform can not destroy its part alone. Revert the change by hand, and apply that.',
      apply?.url,
    );
  }
  return command(
    ruins,
    PLAN_DESTRUCTION,
    'Waits for the plan of the destruction.',
  );
}

function followDestruction(
  ruins: Ruins,
  events: Event[],
  request: PullRequestComment,
): DestructionStep {
  const again = () =>
    command(ruins, PLAN_DESTRUCTION, 'Waits for the plan of the destruction.');
  const plan = findLast(events, 'plan')?.status;
  const answered =
    plan && Date.parse(plan.updatedAt) >= Date.parse(request.createdAt);
  const summary = sumPlans(findLastPlans(events));
  const isDestruction = summary?.add === 0 && summary.change === 0;
  if (!answered || (plan.state === 'success' && !isDestruction)) {
    return isRecent(request, ruins.now)
      ? pending('Waits for the plan of the destruction.')
      : again();
  }
  if (plan.state === 'pending') {
    return pending('Waits for the plan of the destruction.', plan.url);
  }
  if (isFailure(plan)) {
    return fail(ruins, plan, 'plan', again);
  }
  if (!summary || summary.destroy === 0) {
    return destroyed(plan.url);
  }
  const planned = events.findLastIndex(({ status }) => status === plan);
  const apply = findLast(events.slice(planned), 'apply')?.status;
  if (!apply) {
    return applyDestruction(ruins, events, { request, plan, summary });
  }
  if (apply.state === 'success') {
    return destroyed(apply.url);
  }
  return isFailure(apply)
    ? fail(ruins, apply, 'apply', again)
    : pending('Waits for the destruction.', apply.url);
}

function applyDestruction(
  ruins: Ruins,
  events: Event[],
  {
    request,
    plan,
    summary,
  }: { request: PullRequestComment; plan: CommitStatus; summary: PlanSummary },
): DestructionStep {
  const { comments, now } = ruins;
  const added = countAdded(events) ?? 0;
  if (summary.destroy > added) {
    return failed(
      `Terraform would destroy ${summary.destroy} things, and the pull request added ${added}: the others were there before. Remove what the run added by hand.`,
      plan.url,
    );
  }
  const asked = comments
    .slice(comments.indexOf(request))
    .some(
      comment =>
        isCommand(comment, APPLY_DESTRUCTION) &&
        Date.parse(comment.createdAt) >= Date.parse(plan.updatedAt) &&
        isRecent(comment, now),
    );
  return asked
    ? pending('Waits for the destruction.', plan.url)
    : command(ruins, APPLY_DESTRUCTION, 'Waits for the destruction.');
}

function fail(
  { now }: Ruins,
  { updatedAt, description = 'no details', url }: CommitStatus,
  phase: 'plan' | 'apply',
  again: () => DestructionStep,
): DestructionStep {
  return now - Date.parse(updatedAt) < TOLD_FOR
    ? failed(`The ${phase} of the destruction has failed: ${description}`, url)
    : again();
}

/** Atlantis takes commands on open pull requests only. */
function command(
  { state }: Ruins,
  comment: string,
  description: string,
): DestructionStep {
  return state === 'open'
    ? { ...pending(description), comment }
    : failed(
        'The pull request was closed after it was applied, and Atlantis works on open ones only. Reopen it, then try again.',
      );
}

function readEvents({ history, statusName }: Ruins): Event[] {
  return history
    .flatMap(status => {
      const read = parseContext(status.context, statusName);
      return read ? [{ ...read, status }] : [];
    })
    .reverse();
}

/** The last word on the whole. */
function findLast(events: Event[], phase: Phase): Event | undefined {
  return events.findLast(event => event.phase === phase && !event.project);
}

function findLastPlans(events: Event[]): CommitStatus[] {
  const plans = new Map<string, CommitStatus>();
  for (const { phase, project, status } of events) {
    if (phase === 'plan' && project) {
      plans.set(project, status);
    }
  }
  return [...plans.values()];
}

/**
 * How many things the first plans of all projects were to add; `undefined`
 * where they were to do anything else, or nobody knows.
 */
function countAdded(events: Event[]): number | undefined {
  const firstApply = events.findIndex(({ phase }) => phase === 'apply');
  const first = new Map<string, CommitStatus>();
  for (const { phase, project, status } of events.slice(0, firstApply)) {
    const read = parsePlan(status.description);
    if (phase === 'plan' && project && read && !first.has(project)) {
      first.set(project, status);
    }
  }
  const sum = sumPlans([...first.values()]);
  return sum && sum.change === 0 && sum.destroy === 0 ? sum.add : undefined;
}

function sumPlans(plans: CommitStatus[]): PlanSummary | undefined {
  const sum: PlanSummary = { add: 0, change: 0, destroy: 0 };
  for (const { description } of plans) {
    const read = parsePlan(description);
    if (!read) {
      return undefined;
    }
    sum.add += read.add;
    sum.change += read.change;
    sum.destroy += read.destroy;
  }
  return plans.length > 0 ? sum : undefined;
}
