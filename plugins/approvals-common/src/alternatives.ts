import { JsonObject, JsonValue } from '@backstage/types';
import { Decision } from './decision';
import { Alternative } from './formPreview';
import { FieldChoice, findFormField } from './formPreviewFields';
import { SelfServiceSpec } from './selfServiceSpec';

/** How often policy is asked about one form, besides what it holds. */
const MAXIMUM_CANDIDATES = 20;

/** Another value of one field, to ask policy about. @public */
export interface AlternativeCandidate {
  parameter: string;
  /** Of the field. */
  title: string;
  value: FieldChoice['value'];
  valueTitle: string;
  /** What the form holds now, as the form shows it. */
  instead: string;
}

/** What policy says of a candidate. @public */
export interface JudgedCandidate {
  candidate: AlternativeCandidate;
  decision: Decision;
  monthlyCost?: number;
}

/**
 * Every other value of the fields that facts are read from, as far as the form
 * offers them as a choice: at most 20, fields that cost first.
 *
 * @param options.form - `spec.parameters` of the template
 * @public
 */
export function listCandidates(options: {
  spec: SelfServiceSpec | undefined;
  form: JsonValue | undefined;
  parameters: JsonObject;
}): AlternativeCandidate[] {
  const { spec, form, parameters } = options;
  const sources = [spec?.cost, spec?.environment, spec?.team, spec?.affects];
  const names = sources.flatMap(source =>
    typeof source === 'object' && 'parameter' in source
      ? [source.parameter]
      : [],
  );
  return [...new Set(names)]
    .flatMap(parameter => {
      const { title, choices } = findFormField(form, parameter) ?? {
        title: parameter,
        choices: [],
      };
      const held = choices.find(({ value }) => value === parameters[parameter]);
      return choices
        .filter(choice => choice !== held)
        .map(choice => ({
          parameter,
          title,
          value: choice.value,
          valueTitle: choice.title,
          instead: held?.title ?? String(parameters[parameter] ?? ''),
        }));
    })
    .slice(0, MAXIMUM_CANDIDATES);
}

/** Kinds of the stages that one decision has more than the other. */
function kindsLess(current: Decision, other: Decision): string[] {
  const left = other.stages.map(({ kind }) => kind);
  return current.stages.flatMap(({ kind }) => {
    const index = left.indexOf(kind);
    if (index < 0) {
      return [kind];
    }
    left.splice(index, 1);
    return [];
  });
}

function isShorter(current: Decision, other: Decision): boolean {
  if (other.outcome === 'deny' || current.outcome === 'auto-approve') {
    return false;
  }
  return (
    current.outcome === 'deny' || other.stages.length < current.stages.length
  );
}

function describe(
  candidate: AlternativeCandidate,
  decision: Decision,
  avoids: readonly string[],
): string {
  const { title, valueTitle, instead } = candidate;
  const change = instead
    ? `${title}: ${valueTitle} instead of ${instead}`
    : `${title}: ${valueTitle}`;
  if (decision.outcome === 'auto-approve') {
    return `${change} needs no approval`;
  }
  return avoids.length > 0
    ? `${change} needs no approval of ${[...new Set(avoids)].join(', ')}`
    : `${change} is not denied`;
}

/**
 * Of the candidates those that are quicker than what the form holds: without
 * approval, with fewer stages, or not denied. The quickest come first.
 *
 * @param current - of what the form holds
 * @public
 */
export function chooseAlternatives(
  current: Decision,
  judged: readonly JudgedCandidate[],
): Alternative[] {
  return judged
    .filter(({ decision }) => isShorter(current, decision))
    .sort((a, b) => a.decision.stages.length - b.decision.stages.length)
    .flatMap(({ candidate, decision, monthlyCost }) => {
      if (decision.outcome === 'deny') {
        return [];
      }
      const avoids = kindsLess(current, decision);
      const { parameter, title, value, valueTitle } = candidate;
      const text = describe(candidate, decision, avoids);
      const { outcome } = decision;
      return [
        {
          parameter,
          value,
          title,
          valueTitle,
          outcome,
          monthlyCost,
          avoids,
          text,
        },
      ];
    });
}
