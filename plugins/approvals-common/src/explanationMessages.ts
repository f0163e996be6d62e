/** A fact that is missing: which line declares it. */
const DECLARE =
  'under `spec.selfService` of the template and see that the form fills it in; for templates without that block, set';

/**
 * The texts in which decisions are explained, in English, by the code of the
 * reason; `missing.*` and `part.*` are used by them.
 *
 * @remarks
 * Flat, with `{{placeholders}}`: the frontend takes the table as the default
 * messages of a translation, whose other languages may leave placeholders out.
 * `{{Environment}}` is `{{environment}}` with a capital letter.
 *
 * @public
 */
export const explanationMessages = {
  environment: "{{Environment}} changes need the approval of the team's lead.",
  'cost.lead':
    "It costs {{cost}} a month; from {{from}} on the team's lead approves.",
  'cost.finance':
    'It costs {{cost}} a month; above {{above}} finance approves as well.',
  'scope.teams':
    'It concerns teams that the requester does not belong to ({{teams}}); the lead of each affected team approves.',
  'risk.operation':
    '{{operation}} is a high-risk operation; security approves.',
  'time.freeze':
    'A change freeze is on: {{freezes}}; those who manage the freeze approve.',
  'compliance.sequential':
    '{{operation}} is subject to compliance; its approvals are given one after the other.',
  'invalid.environment':
    'The policy knows no environment "{{value}}". Use one that it knows, or add it to `approval.environments` in the policy data.',
  'invalid.cost':
    'The monthly cost "{{value}}" is not a number from 0 on: correct `cost` under `spec.selfService` of the template.',
  'invalid.affectedTeams':
    'The affected teams are not a list of groups: correct `affects` under `spec.selfService` of the template.',
  'invalid.requester':
    'Nobody is known who asks for it: start the run as a signed-in user who is in the catalog.',
  'invalid.now':
    'The time of the question could not be read: this is a fault of the portal, tell whoever runs it.',
  'invalid.data':
    'The policy data is not usable ({{fields}}): whoever runs the portal has to correct it.',
  'invalid.declaration':
    "The template's `spec.selfService` can't be read: {{problems}}. Its author has to correct it.",
  'invalid.resource':
    'The portal knows nothing of {{value}}: choose something that was made through it and that still exists.',
  'missing.resource':
    'It is not known what it is about: fill in `{{parameter}}`, best by starting from the page of the resource.',
  'policy.error':
    'The policy gave no answer, so the answer is no: {{message}}. Whoever runs the portal has to mend it; then start a new run.',
  'missing.environment': `The environment is not known. Declare \`environment: { parameter: environment }\` ${DECLARE} \`approvals.undeclared.environment\` in app-config.yaml.`,
  'missing.cost': `The monthly cost is not known. Declare \`cost: { parameter: size, monthly: { small: 50 } }\` ${DECLARE} \`approvals.undeclared.cost\` in app-config.yaml.`,
  'missing.operation': `The operation is not known. Declare \`operation: database:create\` ${DECLARE} \`approvals.undeclared.operation\` in app-config.yaml.`,
  'missing.team':
    'The owning team is not known. Declare `team: { parameter: owner }` under `spec.selfService` of the template and choose a group in the form, or make the requester a member of a group in the catalog.',
  'part.freeze': '{{title}} (until {{until}})',
  'part.untitledFreeze': 'change freeze',
  'part.unknown': 'unknown',
  'part.unknownTeams': 'unknown teams',
} as const;

/** Code of a text of {@link explanationMessages}. @public */
export type ExplanationKey = keyof typeof explanationMessages;

/**
 * Gives the text of a key with its placeholders filled in.
 *
 * @public
 */
export type TranslateExplanation = (
  key: ExplanationKey,
  values?: Record<string, string>,
) => string;

/** English, from the table. */
export const inEnglish: TranslateExplanation = (key, values = {}) =>
  explanationMessages[key].replace(
    /\{\{(\w+)\}\}/g,
    (placeholder, name) => values[name] ?? placeholder,
  );
