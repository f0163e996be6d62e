import {
  OWNING_TEAM,
  parametersOfName,
  SelfServiceSpec,
  selfServiceSpecSchema,
} from '@self-service/plugin-approvals-common';
import { FormParameters } from './formParameters';
import { Problem } from './problem';

/** Name and place of every form parameter that a declaration names. */
function namedParameters(
  spec: SelfServiceSpec,
): Array<{ path: string; name: string }> {
  const direct = [
    { path: 'environment', source: spec.environment },
    { path: 'team', source: spec.team },
    { path: 'cost', source: spec.cost },
    { path: 'affects', source: spec.affects },
    { path: 'resource', source: spec.resource },
    { path: 'expires', source: spec.expires },
    ...(spec.creates ?? []).map(({ name }, index) => ({
      path: `creates[${index}].name`,
      source: name,
    })),
  ].flatMap(({ path, source }) =>
    typeof source === 'object' && 'parameter' in source
      ? [{ path: `${path}.parameter`, name: source.parameter }]
      : [],
  );
  const texts = [
    ...(spec.creates ?? []).map(({ name }, index) => ({
      path: `creates[${index}].name`,
      text: name,
    })),
    ...(spec.grants ?? []).map((text, index) => ({
      path: `grants[${index}]`,
      text,
    })),
  ];
  return [
    ...direct,
    ...texts.flatMap(({ path, text }) =>
      typeof text === 'string'
        ? parametersOfName(text)
            .filter(
              name => !(name === OWNING_TEAM && path.startsWith('grants')),
            )
            .map(name => ({ path, name }))
        : [],
    ),
  ].map(({ path, name }) => ({ path: `spec.selfService.${path}`, name }));
}

function checkCost(spec: SelfServiceSpec, form: FormParameters): Problem[] {
  if (typeof spec.cost !== 'object') {
    return [];
  }
  const { parameter, monthly } = spec.cost;
  return (form.get(parameter)?.values ?? [])
    .filter(value => !Object.hasOwn(monthly, String(value)))
    .map(value => ({
      level: 'error',
      path: 'spec.selfService.cost.monthly',
      message: `The form offers '${value}' for '${parameter}', but the table has no monthly cost for it: policy denies such a run. Add it.`,
    }));
}

/** A fact that policy needs must not be left open by the form. */
function checkAnswered(spec: SelfServiceSpec, form: FormParameters): Problem[] {
  const needed = { environment: spec.environment, cost: spec.cost };
  return Object.entries(needed).flatMap(([key, source]): Problem[] => {
    if (typeof source !== 'object') {
      return [];
    }
    const field = form.get(source.parameter);
    if (!field) {
      return []; // reported as missing
    }
    const path = `spec.selfService.${key}.parameter`;
    return [
      ...(field.required || field.hasDefault
        ? []
        : [
            {
              level: 'warning' as const,
              path,
              message: `People may leave '${source.parameter}' empty, and policy denies a run without it. Make it required or give it a default.`,
            },
          ]),
      ...(field.values
        ? []
        : [
            {
              level: 'warning' as const,
              path,
              message: `'${source.parameter}' takes any text, and policy denies what it does not know. Offer the allowed values with enum.`,
            },
          ]),
    ];
  });
}

function expressionPaths(value: unknown, path: string): string[] {
  if (typeof value === 'string') {
    return value.includes('${{') ? [path] : [];
  }
  if (Array.isArray(value)) {
    return value.flatMap((entry, index) =>
      expressionPaths(entry, `${path}[${index}]`),
    );
  }
  return value && typeof value === 'object'
    ? Object.entries(value).flatMap(([key, entry]) =>
        expressionPaths(entry, `${path}.${key}`),
      )
    : [];
}

/**
 * Writes the path of an issue as people write it.
 *
 * @param root - what the path starts at
 * @param path - keys and indices
 */
export function formatPath(root: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) =>
      typeof key === 'number' ? `${text}[${key}]` : `${text}.${String(key)}`,
    root,
  );
}

/**
 * Checks `spec.selfService` against its schema and the form.
 *
 * @param selfService - as written; `undefined` where the template has none
 * @param form - the form's parameters by name
 */
export function checkDeclaration(
  selfService: unknown,
  form: FormParameters,
): Problem[] {
  if (selfService === undefined) {
    return [
      {
        level: 'warning',
        path: 'spec.selfService',
        message:
          'The template does not declare what its runs are about. Policy takes operation, environment and cost from approvals.undeclared in app-config, and denies the run where that is missing too.',
      },
    ];
  }
  const expressions = expressionPaths(selfService, 'spec.selfService').map(
    (path): Problem => ({
      level: 'error',
      path,
      message:
        'Expressions are not evaluated here. Name a parameter instead: { parameter: environment }.',
    }),
  );
  const parsed = selfServiceSpecSchema.safeParse(selfService);
  if (!parsed.success) {
    return [
      ...expressions,
      ...parsed.error.issues.map(
        (issue): Problem => ({
          level: 'error',
          path: formatPath('spec.selfService', issue.path),
          message: `${issue.message}. Policy denies every run until this is right.`,
        }),
      ),
    ];
  }
  const missing = namedParameters(parsed.data)
    .filter(({ name }) => !form.has(name))
    .map(
      ({ path, name }): Problem => ({
        level: 'error',
        path,
        message: `The form has no parameter '${name}'. Use the name of a property below spec.parameters.`,
      }),
    );
  return [
    ...expressions,
    ...missing,
    ...checkCost(parsed.data, form),
    ...checkAnswered(parsed.data, form),
  ];
}
