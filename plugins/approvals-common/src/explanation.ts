import { parseEntityRef } from '@backstage/catalog-model';
import { Decision, Reason } from './decision';
import {
  ExplanationKey,
  inEnglish,
  TranslateExplanation,
} from './explanationMessages';

type Params = Reason['params'];

/** What a text needs: its key and the values of its placeholders. */
type Explanation = [ExplanationKey, Record<string, string>?];

/** To make one takes longer than a decision of the policy. */
const moneyFormats = new Map<string, Intl.NumberFormat>();

function moneyFormat(currency: string, digits: number): Intl.NumberFormat {
  const key = `${currency} ${digits}`;
  const format =
    moneyFormats.get(key) ??
    new Intl.NumberFormat('en-US', {
      style: 'currency',
      currency,
      minimumFractionDigits: digits,
    });
  moneyFormats.set(key, format);
  return format;
}

/**
 * An amount of money for people, in English.
 *
 * @param currency - ISO 4217, or whatever the policy data says
 * @public
 */
export function formatMoney(amount: number, currency = ''): string {
  try {
    const digits = Number.isInteger(amount) ? 0 : 2;
    return moneyFormat(currency, digits).format(amount);
  } catch {
    // Not a currency code that Intl accepts: policy data may say anything.
    return `${amount} ${currency}`.trim();
  }
}

/** Makes words of the values that a policy gives, which may be anything. */
class Words {
  constructor(private readonly translate: TranslateExplanation) {}

  text(value: unknown, fallback = this.translate('part.unknown')): string {
    return typeof value === 'string' || typeof value === 'number'
      ? String(value)
      : fallback;
  }

  money(amount: unknown, currency: unknown): string {
    return typeof amount === 'number'
      ? formatMoney(amount, this.text(currency, ''))
      : this.text(amount);
  }

  list(values: unknown, separator = ', '): string {
    const words = list(values).map(value => this.text(value));
    return words.join(separator) || this.translate('part.unknown');
  }

  groupNames(refs: unknown): string {
    const names = list(refs).map(ref => {
      try {
        return parseEntityRef(this.text(ref)).name;
      } catch {
        return this.text(ref);
      }
    });
    return names.join(', ') || this.translate('part.unknownTeams');
  }

  freezes(freezes: unknown): string {
    const titles = list(freezes).map(freeze => {
      const { id, reason, to } = (freeze ?? {}) as Params;
      const untitled = this.translate('part.untitledFreeze');
      return this.translate('part.freeze', {
        title: this.text(reason, this.text(id, untitled)),
        until: this.text(to),
      });
    });
    return titles.join('; ') || this.translate('part.unknown');
  }
}

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function list(values: unknown): unknown[] {
  return Array.isArray(values) ? values : [];
}

/**
 * Which text a reason has, by its code. A code of the form
 * `environment.<name>` is looked up as `environment`.
 */
const explanations: Record<
  string,
  (params: Params, words: Words) => Explanation
> = {
  environment: (params, words) => {
    const environment = words.text(params.environment);
    const Environment = capitalised(environment);
    return ['environment', { environment, Environment }];
  },
  'cost.lead': ({ cost, from, currency }, words) => [
    'cost.lead',
    { cost: words.money(cost, currency), from: words.money(from, currency) },
  ],
  'cost.finance': ({ cost, above, currency }, words) => [
    'cost.finance',
    { cost: words.money(cost, currency), above: words.money(above, currency) },
  ],
  'scope.teams': ({ teams }, words) => [
    'scope.teams',
    { teams: words.groupNames(teams) },
  ],
  'risk.operation': ({ operation }, words) => [
    'risk.operation',
    { operation: words.text(operation) },
  ],
  'time.freeze': ({ freezes }, words) => [
    'time.freeze',
    { freezes: words.freezes(freezes) },
  ],
  'compliance.sequential': ({ operation }, words) => [
    'compliance.sequential',
    { operation: words.text(operation) },
  ],
  'invalid.environment': ({ value }, words) =>
    value === undefined
      ? ['missing.environment']
      : ['invalid.environment', { value: words.text(value) }],
  'invalid.cost': ({ value }, words) =>
    value === undefined
      ? ['missing.cost']
      : ['invalid.cost', { value: words.text(value) }],
  'invalid.operation': () => ['missing.operation'],
  'invalid.team': ({ field }) => [
    field === 'affectedTeams' ? 'invalid.affectedTeams' : 'missing.team',
  ],
  'invalid.requester': () => ['invalid.requester'],
  'invalid.now': () => ['invalid.now'],
  'invalid.data': ({ fields }, words) => [
    'invalid.data',
    { fields: words.list(fields) },
  ],
  'invalid.declaration': ({ problems }, words) => [
    'invalid.declaration',
    { problems: words.list(problems, '; ') },
  ],
  'invalid.resource': ({ parameter, value }, words) =>
    value === undefined
      ? ['missing.resource', { parameter: words.text(parameter) }]
      : ['invalid.resource', { value: words.text(value) }],
  'policy.error': ({ message }, words) => [
    'policy.error',
    { message: words.text(message) },
  ],
};

/**
 * Puts a reason of the policy into plain words.
 *
 * @remarks
 * Never throws: other policies add codes and parameters of their own. An
 * unknown code falls back to the code and its parameters.
 *
 * @param translate - looks the texts up; in English by default
 * @public
 */
export function explainReason(
  reason: Reason,
  translate: TranslateExplanation = inEnglish,
): string {
  const { code, params } = reason;
  const key = code.startsWith('environment.') ? 'environment' : code;
  if (Object.hasOwn(explanations, key)) {
    return translate(...explanations[key](params, new Words(translate)));
  }
  return Object.keys(params).length > 0
    ? `${code} ${JSON.stringify(params)}`
    : code;
}

/**
 * Plain words for the reasons of a decision, in the same order.
 *
 * @param translate - looks the texts up; in English by default
 * @public
 */
export function explain(
  decision: Pick<Decision, 'reasons'>,
  translate: TranslateExplanation = inEnglish,
): string[] {
  return decision.reasons.map(reason => explainReason(reason, translate));
}
