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
import {
  isFailure,
  parseContext,
  parsePlan,
  Phase,
  toDirectory,
} from './statusWords';

/** What is known of a pull request in which something is to be destroyed. */
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

/** What a pull request has applied that may be destroyed. */
export interface Applied {
  /** How many things it added, and nothing else. */
  added: number;
}

/** One status, in the order of things. */
interface Event {
  phase: Phase;
  project?: string;
  status: CommitStatus;
}

/** A failure is told for so long; asked later, it is tried anew. Milliseconds. */
const TOLD_FOR = 30_000;
const WAITS_FOR_PLAN = 'Waits for the plan of the destruction.';
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
 * Finds the next step in destroying what an open pull request has applied.
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
  const request = findRequest(ruins);
  if (request) {
    const added = countAdded(events) ?? 0;
    return followDestruction(ruins, events, { request, added });
  }
  const applied = findApplied(ruins);
  return 'result' in applied ? applied : begin(ruins);
}

/**
 * Finds the next step in a pull request that was opened for nothing but the
 * destruction of projects that another one has added.
 *
 * @param applied - what that one has applied
 */
export function planCarriedDestruction(
  ruins: Ruins,
  { added }: Applied,
): DestructionStep {
  const events = readEvents(ruins);
  const request = findRequest(ruins);
  const plans = events.filter(isEndOfPlan);
  if (request) {
    // Nothing to do is what the plan says that its opening started, too: in the
    // second of the request, only a second plan is the one asked for.
    const last = plans.at(-1)?.status;
    const isAnswer =
      plans.length > 1 ||
      (last && Date.parse(last.updatedAt) > Date.parse(request.createdAt));
    return isAnswer
      ? followDestruction(ruins, events, { request, added })
      : waitOrBegin(ruins, request);
  }
  // Atlantis refuses a command while it works on another one.
  return plans.length > 0
    ? begin(ruins)
    : pending('Waits until Atlantis has looked at the pull request.');
}

/**
 * What a pull request has applied.
 *
 * @param directories - looks at the projects in these alone
 * @returns the step to take where nothing can be destroyed yet, or at all
 */
export function findApplied(
  ruins: Ruins,
  directories?: readonly string[],
): Applied | DestructionStep {
  const { comments, now } = ruins;
  const events = readEvents(ruins);
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
  const added = countAdded(events, directories);
  return added === undefined
    ? failed(
        'The pull request changed or destroyed things that were there before, so that Terraform can not destroy its part alone. Revert the change by hand, and apply that.',
        apply?.url,
      )
    : { added };
}

function findRequest({ comments }: Ruins): PullRequestComment | undefined {
  return comments.findLast(comment => isCommand(comment, PLAN_DESTRUCTION));
}

function begin(ruins: Ruins): DestructionStep {
  return command(ruins, PLAN_DESTRUCTION, WAITS_FOR_PLAN);
}

function waitOrBegin(
  ruins: Ruins,
  request: PullRequestComment,
): DestructionStep {
  return isRecent(request, ruins.now) ? pending(WAITS_FOR_PLAN) : begin(ruins);
}

function followDestruction(
  ruins: Ruins,
  events: Event[],
  { request, added }: { request: PullRequestComment } & Applied,
): DestructionStep {
  const again = () => begin(ruins);
  const plan = findLast(events, 'plan')?.status;
  const answered =
    plan && Date.parse(plan.updatedAt) >= Date.parse(request.createdAt);
  const summary = sumPlans(findLastPlans(events));
  const isDestruction = summary?.add === 0 && summary.change === 0;
  if (!answered || (plan.state === 'success' && !isDestruction)) {
    return waitOrBegin(ruins, request);
  }
  if (plan.state === 'pending') {
    return pending(WAITS_FOR_PLAN, plan.url);
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
    return applyDestruction(ruins, { request, plan, summary, added });
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
  {
    request,
    plan,
    summary,
    added,
  }: {
    request: PullRequestComment;
    plan: CommitStatus;
    summary: PlanSummary;
  } & Applied,
): DestructionStep {
  const { comments, now } = ruins;
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

function isEndOfPlan({ phase, project, status }: Event): boolean {
  return phase === 'plan' && !project && status.state !== 'pending';
}

/**
 * How many things the first plans of all projects were to add, or of those in
 * some directories; `undefined` where they were to do anything else, or nobody
 * knows.
 */
function countAdded(
  events: Event[],
  directories?: readonly string[],
): number | undefined {
  const firstApply = events.findIndex(({ phase }) => phase === 'apply');
  const first = new Map<string, CommitStatus>();
  for (const { phase, project, status } of events.slice(0, firstApply)) {
    const read = parsePlan(status.description);
    const isAsked =
      project &&
      (!directories || directories.includes(toDirectory(project) ?? ''));
    if (phase === 'plan' && isAsked && read && !first.has(project)) {
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
