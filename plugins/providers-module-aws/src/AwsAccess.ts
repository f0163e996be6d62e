import { createHash } from 'node:crypto';
import {
  InputError,
  NotFoundError,
  ServiceUnavailableError,
} from '@backstage/errors';
import {
  createProblemError,
  problemOf,
  SecretAccess,
  SecretsProvider,
} from '@self-service/plugin-providers-node';
import { z } from 'zod';
import { MarkedForDeletionError, VENDOR } from './awsErrors';
import { conflict, noSecret } from './conflict';
import { toSecretName } from './names';
import { SecretsManagerApi } from './SecretsManagerApi';

type Grant = Parameters<NonNullable<SecretsProvider['grantAccess']>>[0];

/**
 * A statement of a resource policy as people and we write it:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
 */
const statementSchema = z.looseObject({
  Sid: z.string().optional(),
  Principal: z
    .union([
      z.string(),
      z.looseObject({
        AWS: z.union([z.string(), z.array(z.string())]).optional(),
      }),
    ])
    .optional(),
});
const policySchema = z.looseObject({
  Version: z.string().optional(),
  Statement: z.union([z.array(statementSchema), statementSchema]),
});

type Statement = z.infer<typeof statementSchema>;

const ACTIONS = [
  'secretsmanager:GetSecretValue',
  'secretsmanager:DescribeSecret',
];
/** Of entity refs of teams: `group:default/payments`. */
const TEAM_REF = /^group:([\w.-]+)\/([\w.-]+)$/;

function principalsOf({ Principal: principal }: Statement): string[] {
  const named = typeof principal === 'object' ? principal.AWS : principal;
  return [named ?? []].flat();
}

/**
 * Access of teams to secrets: a statement for the team's role in the resource
 * policy of the secret, with an id that comes of the run's key.
 *
 * @remarks
 * AWS replaces a policy as a whole and compares nothing, so of two that change
 * the policy of one secret in the same moment the later one wins.
 */
export class AwsAccess {
  readonly #api: SecretsManagerApi;
  readonly #principal: string;
  readonly #toUrl: (path: string) => string;

  /** @param options.principal - see `access.principal` of `providers.aws` */
  constructor(options: {
    api: SecretsManagerApi;
    principal: string;
    toUrl: (path: string) => string;
  }) {
    this.#api = options.api;
    this.#principal = options.principal;
    this.#toUrl = options.toUrl;
  }

  /** See `SecretsProvider.grantAccess`. */
  async grant(options: Grant): Promise<SecretAccess> {
    const { path, team, access, signal } = options;
    const name = toSecretName(path);
    const arn = this.#toArn(team);
    const statements = await this.#read(name, path, signal);
    const sid = toSid(options);
    if (!statements.some(({ Sid }) => Sid === sid)) {
      this.#requireNone(statements, arn, options);
      const statement = {
        Sid: sid,
        Effect: 'Allow',
        Principal: { AWS: arn },
        Action: ACTIONS,
        // The secret that the policy is attached to.
        Resource: '*',
      };
      await this.#write(name, [...statements, statement], options);
    }
    return { path, team, access, grant: sid, url: this.#toUrl(path) };
  }

  /** See `SecretsProvider.revokeAccess`. */
  async revoke(options: Grant): Promise<'revoked' | 'absent'> {
    const { path, team, signal } = options;
    const name = toSecretName(path);
    const arn = this.#toArn(team);
    let statements: Statement[];
    try {
      statements = await this.#read(name, path, signal);
    } catch (error) {
      if (error instanceof NotFoundError) {
        return 'absent';
      }
      throw error;
    }
    const sid = toSid(options);
    const others = statements.filter(({ Sid }) => Sid !== sid);
    if (others.length === statements.length) {
      this.#requireNone(statements, arn, options);
      return 'absent';
    }
    await this.#write(name, others, options);
    return 'revoked';
  }

  #toArn(team: string): string {
    const [, namespace, name] = TEAM_REF.exec(team) ?? [];
    if (!name) {
      throw createProblemError(InputError, {
        what: `Not a team: ${JSON.stringify(team)}.`,
        remedy: 'Give an entity ref like group:default/payments.',
      });
    }
    const values: Record<string, string> = { team: name, namespace };
    return this.#principal.replace(
      /\{(team|namespace)\}/g,
      (_, key: string) => values[key],
    );
  }

  #requireNone(
    statements: readonly Statement[],
    arn: string,
    { path, team }: Grant,
  ): void {
    if (statements.some(statement => principalsOf(statement).includes(arn))) {
      throw conflict(
        `${team} has access to the secret ${path} already, and this run did not give it.`,
        `Leave it as it is, or ask who gave it: ${this.#toUrl(path)}`,
      );
    }
  }

  async #read(
    name: string,
    path: string,
    signal: AbortSignal | undefined,
  ): Promise<Statement[]> {
    let text: string | undefined;
    try {
      text = await this.#api.readPolicy(name, { signal });
    } catch (error) {
      const isGone =
        error instanceof MarkedForDeletionError ||
        (error instanceof NotFoundError && problemOf(error)?.status === 404);
      throw isGone ? noSecret(path) : error;
    }
    if (text === undefined) {
      return [];
    }
    const policy = readPolicy(text);
    if (!policy) {
      throw createProblemError(ServiceUnavailableError, {
        what: `The resource policy of the secret ${path} can't be read.`,
        whose: 'platform',
        remedy: `Ask the platform team to look at it: ${this.#toUrl(path)}`,
        vendor: VENDOR,
      });
    }
    return [policy.Statement].flat();
  }

  async #write(
    name: string,
    statements: readonly Statement[],
    { team, signal }: Grant,
  ): Promise<void> {
    const policy =
      statements.length === 0
        ? undefined
        : JSON.stringify({ Version: '2012-10-17', Statement: statements });
    try {
      await this.#api.writePolicy(name, policy, { signal });
    } catch (error) {
      if (/principal/i.test(problemOf(error)?.raw ?? '')) {
        const arn = this.#toArn(team);
        throw createProblemError(NotFoundError, {
          what: `AWS knows no ${arn} for ${team}.`,
          whose: 'platform',
          remedy:
            'Ask the platform team to make the role, or to correct access.principal of providers.aws.',
          vendor: VENDOR,
        });
      }
      throw error;
    }
  }
}

function readPolicy(text: string) {
  try {
    return policySchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** AWS takes letters and digits only. */
function toSid({ team, access, runKey }: Grant): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([team, access, runKey]))
    .digest('hex');
  return `SelfService${digest.slice(0, 32)}`;
}
