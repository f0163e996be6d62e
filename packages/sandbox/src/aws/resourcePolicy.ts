import { AwsError } from './errors';

interface Statement {
  Sid?: string;
  Effect?: string;
  Principal?: string | { AWS?: string | string[] };
  Action?: string | string[];
}

function toList<T>(value: T | T[] | undefined): T[] {
  if (value === undefined) {
    return [];
  }
  return Array.isArray(value) ? value : [value];
}

function readStatements(policy: string): Statement[] {
  try {
    return toList<Statement>(JSON.parse(policy).Statement);
  } catch {
    throw new AwsError(
      'MalformedPolicyDocumentException',
      'This resource policy is not valid JSON.',
    );
  }
}

function principalsOf({ Principal: principal }: Statement): string[] {
  return typeof principal === 'object'
    ? toList(principal.AWS)
    : toList(principal);
}

/**
 * Checks a resource policy as PutResourcePolicy does.
 *
 * @param known - ARNs of the principals that there are
 * @throws AwsError for nonsense, unknown principals, and everybody
 */
export function checkPolicy(policy: string, known: readonly string[]): void {
  const statements = readStatements(policy);
  const principals = statements.flatMap(principalsOf);
  if (principals.includes('*')) {
    throw new AwsError(
      'PublicPolicyException',
      'You are not allowed to put a policy that grants access to everybody.',
    );
  }
  if (
    statements.length === 0 ||
    principals.length === 0 ||
    principals.some(arn => !known.includes(arn))
  ) {
    throw new AwsError(
      'MalformedPolicyDocumentException',
      'This resource policy contains an unsupported principal.',
    );
  }
}

/** Whether a resource policy allows an action. */
export function isGranted(
  policy: string | undefined,
  arn: string,
  operation: string,
): boolean {
  return readStatements(policy ?? '{"Statement":[]}').some(
    statement =>
      statement.Effect === 'Allow' &&
      principalsOf(statement).includes(arn) &&
      toList(statement.Action).includes(`secretsmanager:${operation}`),
  );
}
