import { toError } from '@backstage/errors';
import {
  Decision,
  PolicyInput,
  ReplayReport,
} from '@self-service/plugin-approvals-common';
import { PolicyHistory } from '../database';
import { canonicalJson, PolicyEngine } from '../policy';
import {
  decisionsSince,
  isWithoutPolicy,
  RecordedPolicies,
  toExample,
} from './RecordedPolicies';

const MAXIMUM_EXAMPLES = 50;

function summary(decision: Decision): string {
  const codes = decision.reasons.map(({ code }) => code).join(', ');
  return codes ? `${decision.outcome} (${codes})` : decision.outcome;
}

/** @returns what differs, or `undefined` */
function compare(
  engine: PolicyEngine,
  input: PolicyInput,
  recorded: Decision,
): string | undefined {
  let replayed: Decision;
  try {
    replayed = engine.evaluate(input);
  } catch (error) {
    return `recorded ${summary(recorded)}, now no answer: ${
      toError(error).message
    }`;
  }
  return canonicalJson(replayed) === canonicalJson(recorded)
    ? undefined
    : `recorded ${summary(recorded)}, now ${summary(replayed)}`;
}

/**
 * Asks the archived policies again: every recorded decision must come out the
 * same from the bundle and the data that its digests name.
 *
 * @param since - ISO 8601
 */
export async function replay(
  history: PolicyHistory,
  since: string,
): Promise<ReplayReport> {
  const policies = new RecordedPolicies(history);
  const report: ReplayReport = {
    since,
    checked: 0,
    same: 0,
    different: 0,
    missing: 0,
    withoutPolicy: 0,
    differences: [],
  };
  for await (const recorded of decisionsSince(history, since)) {
    const { decision } = recorded;
    if (isWithoutPolicy(decision)) {
      report.withoutPolicy += 1;
      continue;
    }
    report.checked += 1;
    let problem: string | undefined;
    try {
      const engine = await policies.engineOf(decision);
      problem = compare(engine, decision.input, decision.result);
      report[problem ? 'different' : 'same'] += 1;
    } catch (error) {
      report.missing += 1;
      problem = toError(error).message;
    }
    if (problem && report.differences.length < MAXIMUM_EXAMPLES) {
      report.differences.push({ ...toExample(recorded), problem });
    }
  }
  return report;
}
