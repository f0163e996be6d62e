import { Facts } from '@self-service/plugin-approvals-common';
import { DecisionRecord } from '../database';
import { canonicalJson } from '../policy';

const FACTS: Record<keyof Facts, string> = {
  template: 'template',
  operation: 'operation',
  environment: 'environment',
  monthlyCost: 'monthly cost',
  team: 'owning team',
  affectedTeams: 'affected teams',
  requester: 'requester',
  parameters: 'values of the form',
};

/** Whether two values are the same JSON; `undefined` is like a missing key. */
export function isSame(one: unknown, other: unknown): boolean {
  return canonicalJson({ value: one }) === canonicalJson({ value: other });
}

/**
 * What has changed since a decision, in words; empty where nothing has.
 *
 * @param now - what was decided anew
 */
export function describeChanges(
  before: DecisionRecord,
  now: DecisionRecord,
): string[] {
  const changes = (Object.keys(FACTS) as (keyof Facts)[])
    .filter(
      fact => !isSame(before.input.request[fact], now.input.request[fact]),
    )
    .map(fact => describeFact(fact, before, now));
  if (before.bundleDigest !== now.bundleDigest) {
    changes.push('The policy has changed.');
  }
  if (before.dataDigest !== now.dataDigest) {
    changes.push("The policy's settings or the change freezes have changed.");
  }
  if (changes.length === 0 && !isSame(before.result, now.result)) {
    changes.push('A change freeze has begun or ended.');
  }
  return changes;
}

function describeFact(
  fact: keyof Facts,
  before: DecisionRecord,
  now: DecisionRecord,
): string {
  const name = FACTS[fact];
  switch (fact) {
    case 'parameters':
      return `The ${name} have changed.`;
    case 'requester': {
      const teams = ({ input }: DecisionRecord) =>
        input.request.requester.teams.join(', ') || 'none';
      return `The requester's teams are now ${teams(now)}, and were ${teams(
        before,
      )}.`;
    }
    default: {
      const value = ({ input }: DecisionRecord) =>
        [input.request[fact] ?? 'unknown'].flat().join(', ');
      const [are, were] =
        fact === 'affectedTeams' ? ['are', 'were'] : ['is', 'was'];
      return `The ${name} ${are} now ${value(now)}, and ${were} ${value(
        before,
      )}.`;
    }
  }
}
