import { parseEntityRef } from '@backstage/catalog-model';
import { Decision, Reason } from './decision';

type Params = Reason['params'];

function text(value: unknown, fallback = 'unknown'): string {
  return typeof value === 'string' || typeof value === 'number'
    ? String(value)
    : fallback;
}

function money(amount: unknown, currency: unknown): string {
  if (typeof amount !== 'number') {
    return text(amount);
  }
  try {
    return new Intl.NumberFormat('en-US', {
      style: 'currency',
      currency: text(currency, 'none'),
      minimumFractionDigits: Number.isInteger(amount) ? 0 : 2,
    }).format(amount);
  } catch {
    // Not a currency code that Intl accepts: the policy data may say anything.
    return `${amount} ${text(currency, '')}`.trim();
  }
}

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function list(values: unknown): unknown[] {
  return Array.isArray(values) ? values : [];
}

function groupNames(refs: unknown): string {
  const names = list(refs).map(ref => {
    try {
      return parseEntityRef(text(ref)).name;
    } catch {
      return text(ref);
    }
  });
  return names.join(', ') || 'unknown teams';
}

function freezeTitle(freeze: unknown): string {
  const { id, reason, to } = (freeze ?? {}) as Params;
  return `${text(reason, text(id, 'change freeze'))} (until ${text(to)})`;
}

/** A fact that is missing: which line declares it. */
function missing(fact: string, key: string, example: string): string {
  return (
    `${fact} is not known. Declare \`${key}: ${example}\` under ` +
    '`spec.selfService` of the template and see that the form fills it in; ' +
    'for templates without that block, set ' +
    `\`approvals.undeclared.${key}\` in app-config.yaml.`
  );
}

/**
 * The texts, by reason code: one place, so that they can be translated. A
 * code of the form `environment.<name>` is looked up as `environment`.
 */
const messages: Record<string, (params: Params) => string> = {
  environment: ({ environment }) =>
    `${capitalised(
      text(environment),
    )} changes need the approval of the team's lead.`,
  'cost.lead': ({ cost, from, currency }) =>
    `It costs ${money(cost, currency)} a month; from ${money(
      from,
      currency,
    )} on the team's lead approves.`,
  'cost.finance': ({ cost, above, currency }) =>
    `It costs ${money(cost, currency)} a month; above ${money(
      above,
      currency,
    )} finance approves as well.`,
  'scope.teams': ({ teams }) =>
    `It concerns teams that the requester does not belong to (${groupNames(
      teams,
    )}); the lead of each affected team approves.`,
  'risk.operation': ({ operation }) =>
    `${text(operation)} is a high-risk operation; security approves.`,
  'time.freeze': ({ freezes }) =>
    `A change freeze is on: ${
      list(freezes).map(freezeTitle).join('; ') || 'unknown'
    }; those who manage the freeze approve.`,
  'compliance.sequential': ({ operation }) =>
    `${text(
      operation,
    )} is subject to compliance; its approvals are given one after the other.`,
  'invalid.environment': ({ value }) =>
    value === undefined
      ? missing('The environment', 'environment', '{ parameter: environment }')
      : `The policy knows no environment "${text(
          value,
        )}". Use one that it knows, or add it to \`approval.environments\` in the policy data.`,
  'invalid.cost': ({ value }) =>
    value === undefined
      ? missing(
          'The monthly cost',
          'cost',
          '{ parameter: size, monthly: { small: 50 } }',
        )
      : `The monthly cost "${text(
          value,
        )}" is not a number from 0 on: correct \`cost\` under \`spec.selfService\` of the template.`,
  'invalid.operation': () =>
    missing('The operation', 'operation', 'database:create'),
  'invalid.team': ({ field }) =>
    field === 'affectedTeams'
      ? 'The affected teams are not a list of groups: correct `affects` under `spec.selfService` of the template.'
      : 'The owning team is not known. Declare `team: { parameter: owner }` under `spec.selfService` of the template and choose a group in the form, or make the requester a member of a group in the catalog.',
  'invalid.requester': () =>
    'Nobody is known who asks for it: start the run as a signed-in user who is in the catalog.',
  'invalid.now': () =>
    'The time of the question could not be read: this is a fault of the portal, tell whoever runs it.',
  'invalid.data': ({ fields }) =>
    `The policy data is not usable (${
      list(fields)
        .map(field => text(field))
        .join(', ') || 'unknown'
    }): whoever runs the portal has to correct it.`,
  'invalid.declaration': ({ problems }) =>
    `The template's \`spec.selfService\` can't be read: ${
      list(problems)
        .map(problem => text(problem))
        .join('; ') || 'unknown'
    }. Its author has to correct it.`,
  'policy.error': ({ message }) =>
    `The policy gave no answer, so the answer is no: ${text(
      message,
    )}. Whoever runs the portal has to mend it; then start a new run.`,
};

/**
 * Puts a reason of the policy into plain English.
 *
 * @remarks
 * Never throws: other policies add codes and parameters of their own. An
 * unknown code falls back to the code and its parameters.
 *
 * @public
 */
export function explainReason(reason: Reason): string {
  const { code, params } = reason;
  const key = code.startsWith('environment.') ? 'environment' : code;
  if (Object.hasOwn(messages, key)) {
    return messages[key](params);
  }
  return Object.keys(params).length > 0
    ? `${code} ${JSON.stringify(params)}`
    : code;
}

/**
 * Plain words for the reasons of a decision, in the same order.
 *
 * @public
 */
export function explain(decision: Pick<Decision, 'reasons'>): string[] {
  return decision.reasons.map(explainReason);
}
