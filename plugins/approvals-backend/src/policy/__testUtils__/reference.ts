/**
 * The policy contract once more, written from its text alone and in another
 * manner than the Rego, so that a misreading in one shows against the other.
 */
import type { PolicyInput } from '@self-service/plugin-approvals-common';
import type { ApprovalData } from '../dataSchema';

type JsonObject = Record<string, unknown>;

type Group = 'finance' | 'security' | 'freeze';

type ReadablePolicyInput = {
  now: string;
  request: Required<Omit<PolicyInput['request'], 'affectedTeams'>> & {
    affectedTeams?: string[];
  };
};

type Stage = {
  id: string;
  kind: string;
  approvers: object[];
  why: Set<string>;
};

const text = (value: unknown): value is string =>
  typeof value === 'string' && value.length > 0;

const texts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every(text);

const object = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isOpen = (environment: unknown) =>
  object(environment) && environment.approval === false;

const byBytes = (a: string, b: string) =>
  Buffer.compare(Buffer.from(a), Buffer.from(b));

function isTime(value: unknown) {
  const match =
    typeof value === 'string' &&
    /^([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})Z$/.exec(
      value,
    );
  if (!match || (value as string).length !== 20) {
    return false;
  }
  const [, , month, day, hour, minute, second] = match.map(Number);
  return (
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= 31 &&
    hour < 24 &&
    minute < 60 &&
    second < 60
  );
}

function refusals(input: JsonObject, request: JsonObject, data: ApprovalData) {
  const codes: string[] = [];
  if (
    !(
      typeof request.environment === 'string' &&
      Object.hasOwn(data.environments, request.environment)
    )
  ) {
    codes.push('invalid.environment');
  }
  if (!(typeof request.monthlyCost === 'number' && request.monthlyCost >= 0)) {
    codes.push('invalid.cost');
  }
  const listed = request.affectedTeams;
  if (!text(request.team) || !(listed === undefined || texts(listed))) {
    codes.push('invalid.team');
  }
  if (!(object(request.requester) && text(request.requester.ref))) {
    codes.push('invalid.requester');
  }
  if (!isTime(input.now)) {
    codes.push('invalid.now');
  }
  if (!text(request.operation)) {
    codes.push('invalid.operation');
  }
  return codes.sort(byBytes);
}

class Stages {
  readonly #stages = new Map<string, Stage>();

  add(id: string, kind: string, approvers: object[], code: string) {
    const stage = this.#stages.get(id) ?? {
      id,
      kind,
      approvers,
      why: new Set(),
    };
    stage.why.add(code);
    this.#stages.set(id, stage);
  }

  get size() {
    return this.#stages.size;
  }

  sorted() {
    const kinds = ['team-lead', 'finance', 'security', 'freeze'];
    return [...this.#stages.values()].sort(
      (a, b) =>
        kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || byBytes(a.id, b.id),
    );
  }
}

/**
 * Decides as the contract says.
 *
 * @param input - anything at all
 * @param data - usable `data.approval`
 * @returns the result with reasons as codes only
 */
export function referenceDecision(anyInput: unknown, data: ApprovalData) {
  const input = object(anyInput) ? anyInput : {};
  const request = object(input.request) ? input.request : {};
  const refused = refusals(input, request, data);
  if (refused.length > 0) {
    return { outcome: 'deny', stages: [], codes: refused, warnings: [] };
  }
  // Every fact that a rule reads was looked at above.
  const facts = input as unknown as ReadablePolicyInput;
  const { environment, monthlyCost: cost, team, operation } = facts.request;
  const stages = new Stages();
  const codes = new Set<string>();
  const lead = (of: string, code: string) => {
    codes.add(code);
    stages.add(`team-lead:${of}`, 'team-lead', [{ leadOf: of }], code);
  };
  const ask = (kind: Group, code: string) => {
    codes.add(code);
    const named = data.approvers[kind].map(group => ({ group }));
    stages.add(kind, kind, named, code);
  };

  if (!isOpen(data.environments[environment])) {
    lead(team, `environment.${environment}`);
  }
  if (cost > data.cost.finance_above) {
    lead(team, 'cost.lead');
    ask('finance', 'cost.finance');
  } else if (cost >= data.cost.lead_from) {
    lead(team, 'cost.lead');
  }
  const mine: unknown = facts.request.requester.teams;
  const affected: string[] = [team, ...(facts.request.affectedTeams ?? [])];
  if (affected.some(one => !(Array.isArray(mine) && mine.includes(one)))) {
    affected.forEach(one => lead(one, 'scope.teams'));
  }
  if (data.high_risk_operations.includes(operation)) {
    ask('security', 'risk.operation');
  }
  for (const { from, to, environments } of data.freezes) {
    const now = Date.parse(facts.now);
    const during = Date.parse(from) <= now && now < Date.parse(to);
    if (
      during &&
      (environments === undefined || environments.includes(environment))
    ) {
      ask('freeze', 'time.freeze');
    }
  }
  const compliance = data.compliance_operations.includes(operation);
  if (compliance) {
    if (stages.size === 0) {
      lead(team, 'compliance.sequential');
    }
    codes.add('compliance.sequential');
  }
  return verdict(stages, codes, compliance, data);
}

function verdict(
  stages: Stages,
  codes: Set<string>,
  compliance: boolean,
  data: ApprovalData,
) {
  const several = stages.size > 1 ? 'multiple' : 'single';
  const asked = compliance ? 'sequential' : several;
  const careful = codes.has('risk.operation') || codes.has('time.freeze');
  const some = stages.size > 0 ? 'elevated' : 'low';
  return {
    outcome: stages.size > 0 ? 'require-approval' : 'auto-approve',
    type: stages.size > 0 ? asked : 'auto',
    risk: careful ? 'high' : some,
    stages: stages.sorted().map(({ id, kind, approvers, why }) => ({
      id,
      kind,
      approvers,
      quorum: 1,
      due: data.sla[asked].due,
      escalateAfter: data.sla[asked].escalate_after,
      escalateTo: data.escalate_to.map(group => ({ group })),
      reasons: [...why],
    })),
    codes: [...codes].sort(byBytes),
    warnings: [],
  };
}
