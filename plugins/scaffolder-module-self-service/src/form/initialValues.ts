import { parseEntityRef } from '@backstage/catalog-model';
import { JsonValue } from '@backstage/types';
import { SelfServiceSpec } from '@self-service/plugin-approvals-common';
import { Resource } from '@self-service/plugin-runs-common';
import { FormField, readChoices, readSchemaDefaults } from './formFields';

type Values = Record<string, JsonValue>;

/** Fields of the scaffolder that let people choose something that exists. */
const PICKERS = [
  'EntityPicker',
  'MultiEntityPicker',
  'MyGroupsPicker',
  'OwnedEntityPicker',
  'OwnerPicker',
];
const TEAM_PICKERS = ['MyGroupsPicker', 'OwnerPicker'];
const MILDEST_ENVIRONMENTS = ['dev', 'development'];

function readPicker({ schema }: FormField): string | undefined {
  const { 'ui:field': picker } = schema;
  return typeof picker === 'string' ? picker : undefined;
}

/**
 * Whether the value of a field is one to suggest the next time: something that
 * was chosen. What was typed in may have to be unique, or be nobody's business
 * the next time; secrets never are.
 */
function isRememberable(field: FormField): boolean {
  return (
    !field.isSecret &&
    (field.schema.type === 'boolean' ||
      readChoices(field) !== undefined ||
      PICKERS.includes(readPicker(field) ?? ''))
  );
}

/** What of the values of a form to suggest the next time. Pure. */
export function pickRememberable(
  values: Values,
  fields: ReadonlyMap<string, FormField>,
): Values {
  return Object.fromEntries(
    Object.entries(values).filter(([name]) => {
      const field = fields.get(name);
      return field && isRememberable(field);
    }),
  );
}

function isTeamField(
  field: FormField,
  selfService: SelfServiceSpec | undefined,
): boolean {
  const declared = selfService?.team;
  return typeof declared === 'object'
    ? declared.parameter === field.name
    : TEAM_PICKERS.includes(readPicker(field) ?? '');
}

/** A team as a field writes it: by its ref, or by its name among choices. */
function writeTeam(team: string, choices: JsonValue[] | undefined) {
  const spellings = [team, parseEntityRef(team).name];
  return choices
    ? spellings.find(spelling => choices.includes(spelling))
    : team;
}

function chooseTeam(
  choices: JsonValue[] | undefined,
  teams: readonly string[],
  last: JsonValue | undefined,
): JsonValue | undefined {
  const possible = teams.flatMap(team => writeTeam(team, choices) ?? []);
  return possible.find(team => team === last) ?? possible[0];
}

/** The least that a template offers: its cheapest size, its dev environment. */
function chooseLeast(
  field: FormField,
  choices: JsonValue[],
  selfService: SelfServiceSpec | undefined,
): JsonValue | undefined {
  const { cost, environment } = selfService ?? {};
  if (typeof environment === 'object' && environment.parameter === field.name) {
    return MILDEST_ENVIRONMENTS.find(name => choices.includes(name));
  }
  if (typeof cost !== 'object' || cost.parameter !== field.name) {
    return undefined;
  }
  const price = (choice: JsonValue) => cost.monthly[String(choice)] ?? Infinity;
  return choices.reduce((least, choice) =>
    price(choice) < price(least) ? choice : least,
  );
}

/** What a form opens with, and why. */
export interface InitialValues {
  values: Values;
  /** Names of the fields that hold what this person chose the last time. */
  asLastTime: string[];
}

/**
 * What a form opens with, so that as little as possible is left to fill in.
 * Pure.
 *
 * @remarks
 * First what the address says, then what the template says, then what the
 * person chose the last time; then their own team, the dev environment and
 * the cheapest size. What the template says is left to the form itself.
 *
 * @param options.given - what the address says
 * @param options.last - what the person chose the last time
 * @param options.teams - refs of the person's groups, their own first
 */
export function makeInitialValues(options: {
  fields: ReadonlyMap<string, FormField>;
  selfService: SelfServiceSpec | undefined;
  given: Values;
  last: Values;
  teams: readonly string[];
}): InitialValues {
  const { fields, selfService, given, last, teams } = options;
  const decided = { ...readSchemaDefaults(fields), ...given };
  const values: Values = { ...given };
  const asLastTime: string[] = [];
  for (const field of fields.values()) {
    const { name } = field;
    const choices = readChoices(field);
    if (decided[name] !== undefined || field.isSecret) {
      continue;
    }
    let value: JsonValue | undefined;
    if (isTeamField(field, selfService)) {
      value = chooseTeam(choices, teams, last[name]);
    } else if (
      isRememberable(field) &&
      last[name] !== undefined &&
      (!choices || choices.includes(last[name]))
    ) {
      value = last[name];
    } else if (choices && choices.length > 0) {
      value = chooseLeast(field, choices, selfService);
    }
    if (value !== undefined) {
      values[name] = value;
      if (value === last[name]) {
        asLastTime.push(name);
      }
    }
  }
  return { values, asLastTime };
}

/**
 * The values that a form about a resource opens with: which one it is, and
 * what is known of it where the form asks the same. Pure.
 */
export function readResourceValues(
  resource: Resource,
  fields: ReadonlyMap<string, FormField>,
  selfService: SelfServiceSpec | undefined,
): Values {
  const { team, resource: declared } = selfService ?? {};
  const secret = resource.parts.find(
    ({ capability, kind }) => capability === 'secrets' && kind === 'secret',
  );
  const known: Record<string, JsonValue | undefined> = {
    name: resource.name,
    environment: resource.environment,
    ...(typeof team === 'object' && { [team.parameter]: resource.team }),
    [declared?.parameter ?? 'resource']:
      declared?.by === 'secret' ? secret?.name : resource.id,
  };
  return Object.fromEntries(
    Object.entries(known).flatMap(([name, value]) =>
      fields.has(name) && value !== undefined ? [[name, value] as const] : [],
    ),
  );
}
