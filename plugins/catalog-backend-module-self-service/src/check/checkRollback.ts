import {
  StepRollback,
  stepRollbackSchema,
} from '@self-service/plugin-runs-common';
import { TemplateStep } from '../template';
import { formatPath } from './checkDeclaration';
import { FormParameters } from './formParameters';
import { isOwn } from './ownActions';
import { Problem } from './problem';

/** What each operation has to know. */
const INPUTS: Record<StepRollback['operation'], readonly string[]> = {
  'git:close-pull-request': ['repoUrl', 'branch'],
  'git:delete-repository': ['repoUrl'],
  'secret:delete': ['path'],
};

/** A repository as templates write it; `{name}` may stand in it. */
const REPOSITORY = /^[^?]+\?(?=.*\bowner=[^&]+)(?=.*\brepo=[^&]+)/;

function error(path: string, message: string): Problem {
  return { level: 'error', path, message };
}

/**
 * Checks `rollback` of a step: the provider operation that undoes what a
 * stock action has made.
 *
 * @param path - of `rollback`
 * @param form - the form's parameters by name
 */
export function checkRollback(
  step: TemplateStep,
  path: string,
  form: FormParameters,
): Problem[] {
  if (step.rollback === undefined) {
    return [];
  }
  if (isOwn(step.action)) {
    return [
      error(
        path,
        `${step.action} keeps what it makes in the effects ledger, which knows how to undo it. Remove rollback.`,
      ),
    ];
  }
  const parsed = stepRollbackSchema.safeParse(step.rollback);
  if (!parsed.success) {
    return parsed.error.issues.map(issue =>
      error(
        formatPath(path, issue.path),
        `${issue.message}. The operations are ${Object.keys(INPUTS).join(
          ', ',
        )}; their inputs are texts.`,
      ),
    );
  }
  return checkInput(parsed.data, `${path}.input`, form);
}

function checkInput(
  { operation, input }: StepRollback,
  path: string,
  form: FormParameters,
): Problem[] {
  const expected = INPUTS[operation];
  return [
    ...expected
      .filter(name => !input[name])
      .map(name =>
        error(
          `${path}.${name}`,
          `${operation} needs '${name}' to find what it undoes.`,
        ),
      ),
    ...Object.entries(input).flatMap(([name, text]) => [
      ...(expected.includes(name)
        ? checkText(name, text, `${path}.${name}`)
        : [
            error(
              `${path}.${name}`,
              `${operation} takes ${expected.join(' and ')}. Remove '${name}'.`,
            ),
          ]),
      ...checkNames(text, `${path}.${name}`, form),
    ]),
  ];
}

function checkText(name: string, text: string, path: string): Problem[] {
  if (text.includes('${{')) {
    return [
      error(
        path,
        'Expressions are not evaluated here: a rollback knows the parameters only. Write {name} for a parameter.',
      ),
    ];
  }
  return name === 'repoUrl' && !REPOSITORY.test(text)
    ? [error(path, 'Write it as github.com?owner=<owner>&repo=<name>.')]
    : [];
}

function checkNames(
  text: string,
  path: string,
  form: FormParameters,
): Problem[] {
  if (text.includes('${{')) {
    return [];
  }
  return [...text.matchAll(/\{([^{}]+)\}/g)]
    .map(([, name]) => name)
    .filter(name => !form.has(name))
    .map(name =>
      error(
        path,
        `The form has no parameter '${name}'. Use the name of a property below spec.parameters.`,
      ),
    );
}
