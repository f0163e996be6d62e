import {
  HistoryEntry,
  Stage,
  Verdict,
} from '@self-service/plugin-approvals-common';

/** What the detail of a history entry says, in its parts. */
export interface HistoryDetail {
  /** What was voted, where the entry is a vote. */
  verdict?: Verdict;
  /** The stage that it is about. */
  stage?: Stage;
  /** Whom an escalation added: references, mostly of groups. */
  addedRefs?: string[];
  /** What remains: a comment, or the problem of a stage. */
  text?: string;
}

const VERBS: [verb: string, verdict: Verdict][] = [
  ['approved ', 'approve'],
  ['rejected ', 'reject'],
];

/**
 * Takes the detail of a history entry apart: `[approved |rejected ]<name of a
 * stage>[: <text>]`, as the approvals backend writes it.
 *
 * @param entry - of the request's history
 * @param stages - of the same request
 * @returns all of the detail as `text` where it names no stage
 */
export function readHistoryDetail(
  entry: HistoryEntry,
  stages: Stage[],
): HistoryDetail {
  const { event, detail } = entry;
  if (!detail) {
    return {};
  }
  const [verb, verdict] = (event === 'voted' &&
    VERBS.find(([start]) => detail.startsWith(start))) || ['', undefined];
  const rest = detail.slice(verb.length);
  // A name may be the beginning of another one, and has colons itself.
  const stage = stages
    .filter(({ name }) => rest === name || rest.startsWith(`${name}: `))
    .sort((left, right) => right.name.length - left.name.length)[0];
  if (!stage) {
    return { text: detail };
  }
  const text = rest.slice(stage.name.length + 2) || undefined;
  return event === 'stage escalated'
    ? { stage, addedRefs: text?.split(', ') ?? [] }
    : { verdict, stage, text };
}
