import { randomUUID } from 'node:crypto';
import { AwsError } from './errors';
import { AwsSecretRecord, Principal, VersionRecord } from './model';
import { checkPolicy, isGranted } from './resourcePolicy';
import { SecretsManager } from './SecretsManager';

/** What an operation works with. */
export interface OperationContext {
  manager: SecretsManager;
  caller: Principal;
  /** ARNs of everybody that there is. */
  principals: readonly string[];
}

type Input = Record<string, any>;
type Operation = (context: OperationContext, input: Input) => object;

/** So few that a client that asks for one page only is found out. */
const PAGE_SIZE = 2;

const seconds = (milliseconds: number) => milliseconds / 1000;

function toTags(list: unknown): Record<string, string> {
  const entries = Array.isArray(list) ? list : [];
  return Object.fromEntries(entries.map(({ Key, Value }) => [Key, Value]));
}

function tagsJson(tags: Record<string, string>) {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** The values of a request: text, which all of our clients send. */
function readValue({ SecretString: text }: Input): string {
  if (typeof text !== 'string' || text === '') {
    throw AwsError.invalid(
      'You must provide either SecretString or SecretBinary.',
    );
  }
  return text;
}

/** Refuses who may not; a resource policy allows what it names. */
function authorise(
  { caller }: OperationContext,
  operation: string,
  secret?: AwsSecretRecord,
): void {
  const allowed =
    caller.isAdministrator || isGranted(secret?.policy, caller.arn, operation);
  if (!allowed) {
    throw new AwsError(
      'AccessDeniedException',
      `User: ${
        caller.arn
      } is not authorized to perform: secretsmanager:${operation} on resource: ${
        secret?.arn ?? '*'
      }`,
    );
  }
}

function paginate<T>(
  all: T[],
  input: Input,
): { page: T[]; NextToken?: string } {
  const start = Number(
    Buffer.from(String(input.NextToken ?? ''), 'base64').toString() || 0,
  );
  if (!Number.isInteger(start)) {
    throw new AwsError(
      'InvalidNextTokenException',
      'The NextToken value is invalid.',
    );
  }
  const end =
    start + Math.min(Number(input.MaxResults ?? PAGE_SIZE), PAGE_SIZE);
  return {
    page: all.slice(start, end),
    ...(end < all.length && {
      NextToken: Buffer.from(String(end)).toString('base64'),
    }),
  };
}

const nameOf = ({ arn: ARN, name: Name }: AwsSecretRecord) => ({ ARN, Name });

function versionJson(version: VersionRecord) {
  return {
    VersionId: version.id,
    ...(version.stages.length > 0 && { VersionStages: version.stages }),
    CreatedDate: seconds(version.createdAt),
  };
}

function stagesJson(secret: AwsSecretRecord) {
  return Object.fromEntries(
    secret.versions
      .filter(({ stages }) => stages.length > 0)
      .map(({ id, stages }) => [id, stages]),
  );
}

function secretJson(secret: AwsSecretRecord) {
  return {
    ...nameOf(secret),
    ...(secret.description && { Description: secret.description }),
    ...(secret.kmsKeyId && { KmsKeyId: secret.kmsKeyId }),
    CreatedDate: seconds(secret.createdAt),
    LastChangedDate: seconds(secret.changedAt),
    ...(secret.deletesAt && { DeletedDate: seconds(secret.deletesAt) }),
    ...(Object.keys(secret.tags).length > 0 && { Tags: tagsJson(secret.tags) }),
  };
}

const writing: Record<string, Operation> = {
  CreateSecret: ({ manager }, input) => {
    const { secret, version } = manager.create({
      name: String(input.Name ?? ''),
      token: input.ClientRequestToken ?? randomUUID(),
      secretString: readValue(input),
      tags: toTags(input.Tags),
      kmsKeyId: input.KmsKeyId,
      description: input.Description,
    });
    return { ...nameOf(secret), VersionId: version.id };
  },
  PutSecretValue: ({ manager }, input) => {
    const { secret, version } = manager.put({
      id: input.SecretId,
      token: input.ClientRequestToken ?? randomUUID(),
      secretString: readValue(input),
      stages: input.VersionStages ?? ['AWSCURRENT'],
    });
    return {
      ...nameOf(secret),
      VersionId: version.id,
      VersionStages: version.stages,
    };
  },
  UpdateSecretVersionStage: ({ manager }, input) =>
    nameOf(
      manager.moveStage(input.SecretId, {
        stage: String(input.VersionStage),
        from: input.RemoveFromVersionId,
        to: input.MoveToVersionId,
      }),
    ),
  DeleteSecret: ({ manager }, input) => {
    const secret = manager.delete(
      input.SecretId,
      input.RecoveryWindowInDays ?? 30,
    );
    return { ...nameOf(secret), DeletionDate: seconds(secret.deletesAt ?? 0) };
  },
  RestoreSecret: ({ manager }, input) =>
    nameOf(manager.restore(input.SecretId)),
  TagResource: ({ manager }, input) => {
    manager.change(input.SecretId, ({ tags }) => ({
      tags: { ...tags, ...toTags(input.Tags) },
    }));
    return {};
  },
  UntagResource: ({ manager }, input) => {
    const keys: unknown[] = input.TagKeys ?? [];
    manager.change(input.SecretId, ({ tags }) => ({
      tags: Object.fromEntries(
        Object.entries(tags).filter(([key]) => !keys.includes(key)),
      ),
    }));
    return {};
  },
  PutResourcePolicy: ({ manager, principals }, input) => {
    const policy = String(input.ResourcePolicy ?? '');
    checkPolicy(policy, principals);
    return nameOf(manager.change(input.SecretId, () => ({ policy })));
  },
  DeleteResourcePolicy: ({ manager }, input) =>
    nameOf(manager.change(input.SecretId, () => ({ policy: undefined }))),
};

const reading: Record<string, Operation> = {
  DescribeSecret: ({ manager }, input) => {
    const secret = manager.require(input.SecretId);
    return { ...secretJson(secret), VersionIdsToStages: stagesJson(secret) };
  },
  GetSecretValue: ({ manager }, input) => {
    const { secret, version } = manager.readVersion(input.SecretId, {
      versionId: input.VersionId,
      stage: input.VersionStage,
    });
    return {
      ...nameOf(secret),
      ...versionJson(version),
      SecretString: version.secretString,
    };
  },
  ListSecretVersionIds: ({ manager }, input) => {
    const secret = manager.require(input.SecretId);
    const { page, ...next } = paginate(
      secret.versions.filter(
        ({ stages }) => input.IncludeDeprecated || stages.length > 0,
      ),
      input,
    );
    return { ...nameOf(secret), Versions: page.map(versionJson), ...next };
  },
  ListSecrets: ({ manager }, input) => {
    const { page, ...next } = paginate(
      manager
        .all()
        .filter(
          ({ deletesAt }) =>
            input.IncludePlannedDeletion || deletesAt === undefined,
        ),
      input,
    );
    return {
      SecretList: page.map(secret => ({
        ...secretJson(secret),
        SecretVersionsToStages: stagesJson(secret),
      })),
      ...next,
    };
  },
  GetResourcePolicy: ({ manager }, input) => {
    const secret = manager.requireLive(input.SecretId);
    return {
      ...nameOf(secret),
      ...(secret.policy && { ResourcePolicy: secret.policy }),
    };
  },
};

/** Operations on a secret that there need not be yet. */
const WITHOUT_SECRET = ['CreateSecret', 'ListSecrets'];

/**
 * Does one operation of Secrets Manager.
 *
 * @param name - as in `X-Amz-Target`, without the service
 * @throws AwsError
 */
export function operate(
  name: string,
  context: OperationContext,
  input: Input,
): object {
  const operation = { ...writing, ...reading }[name];
  if (!operation) {
    throw new AwsError('UnknownOperationException', '');
  }
  const { manager } = context;
  const secret = WITHOUT_SECRET.includes(name)
    ? undefined
    : manager.all().find(it => [it.name, it.arn].includes(input.SecretId));
  authorise(context, name, secret);
  return operation(context, input);
}
