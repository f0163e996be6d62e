import {
  CreateSecretCommand,
  DeleteResourcePolicyCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetResourcePolicyCommand,
  GetSecretValueCommand,
  ListSecretVersionIdsCommand,
  PutResourcePolicyCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { JsonValue } from '@backstage/types';
import {
  CallOptions,
  collectSecretTexts,
} from '@self-service/plugin-providers-node';
import { z } from 'zod';
import { AwsClient } from './AwsClient';

const namedAnswer = z.object({ ARN: z.string() });
const writtenAnswer = namedAnswer.extend({ VersionId: z.string() });
/** Of operations that answer nothing. */
const emptyAnswer = z.object({ $metadata: z.object({}) });

const describeAnswer = namedAnswer.extend({
  DeletedDate: z.date().optional(),
  Tags: z
    .array(z.object({ Key: z.string(), Value: z.string().optional() }))
    .optional(),
  VersionIdsToStages: z.record(z.string(), z.array(z.string())).optional(),
});
const versionsAnswer = namedAnswer.extend({
  Versions: z.array(
    z.object({
      VersionId: z.string(),
      VersionStages: z.array(z.string()).optional(),
      CreatedDate: z.date(),
    }),
  ),
  NextToken: z.string().optional(),
});
const valueAnswer = writtenAnswer.extend({
  SecretString: z.string().optional(),
});
const policyAnswer = namedAnswer.extend({
  ResourcePolicy: z.string().optional(),
});

/** What AWS knows of a secret, without its values. */
export interface SecretState {
  isDeleted: boolean;
  tags: Readonly<Record<string, string>>;
  /** Staging labels by version; those without any are left out. */
  stages: Readonly<Record<string, readonly string[]>>;
  /** Id of the version that readers get. */
  current: string | undefined;
}

/** A version, as the list of versions has it. */
export interface VersionEntry {
  id: string;
  stages: readonly string[];
  createdAt: Date;
}

/** The operations of Secrets Manager that are used here. */
export class SecretsManagerApi {
  readonly #client: AwsClient;

  constructor(client: AwsClient) {
    this.#client = client;
  }

  /** `undefined` where there is no secret of that name. */
  async describe(
    name: string,
    options: CallOptions,
  ): Promise<SecretState | undefined> {
    const answer = await this.#client.find({
      action: `look at the secret ${name}`,
      send: (client, call) =>
        client.send(new DescribeSecretCommand({ SecretId: name }), call),
      answer: describeAnswer,
      ...options,
    });
    if (!answer) {
      return undefined;
    }
    const stages = answer.VersionIdsToStages ?? {};
    return {
      isDeleted: answer.DeletedDate !== undefined,
      tags: Object.fromEntries(
        (answer.Tags ?? []).map(({ Key, Value }) => [Key, Value ?? '']),
      ),
      stages,
      current: Object.keys(stages).find(id =>
        stages[id].includes('AWSCURRENT'),
      ),
    };
  }

  /** Makes a secret; repeated with token and values, it finds what it made. */
  async create(
    input: {
      name: string;
      token: string;
      data: Record<string, JsonValue>;
      tags: Record<string, string>;
      kmsKeyId?: string;
    },
    options: CallOptions,
  ): Promise<void> {
    const { name, token, data, tags, kmsKeyId } = input;
    await this.#client.call({
      action: `create the secret ${name}`,
      send: (client, call) =>
        client.send(
          new CreateSecretCommand({
            Name: name,
            ClientRequestToken: token,
            SecretString: JSON.stringify(data),
            KmsKeyId: kmsKeyId,
            Tags: toTags(tags),
          }),
          call,
        ),
      answer: writtenAnswer,
      secrets: collectSecretTexts(data),
      ...options,
    });
  }

  /** Adds a version with a label of its own; readers don't get it yet. */
  async put(
    input: {
      name: string;
      token: string;
      data: Record<string, JsonValue>;
      stage: string;
    },
    options: CallOptions,
  ): Promise<void> {
    const { name, token, data, stage } = input;
    await this.#client.call({
      action: `write the secret ${name}`,
      send: (client, call) =>
        client.send(
          new PutSecretValueCommand({
            SecretId: name,
            ClientRequestToken: token,
            SecretString: JSON.stringify(data),
            VersionStages: [stage],
          }),
          call,
        ),
      answer: writtenAnswer,
      secrets: collectSecretTexts(data),
      ...options,
    });
  }

  /**
   * Moves a label to a version, or removes it from one.
   *
   * @throws InputError - it is not where `from` says
   */
  async moveStage(
    input: { name: string; stage: string; from?: string; to?: string },
    options: CallOptions,
  ): Promise<void> {
    const { name, stage, from, to } = input;
    await this.#client.call({
      action: `move the label ${stage} of the secret ${name}`,
      send: (client, call) =>
        client.send(
          new UpdateSecretVersionStageCommand({
            SecretId: name,
            VersionStage: stage,
            RemoveFromVersionId: from,
            MoveToVersionId: to,
          }),
          call,
        ),
      answer: namedAnswer,
      ...options,
    });
  }

  /** The text of a version; `undefined` where it is binary. */
  async readValue(
    name: string,
    version: string | undefined,
    options: CallOptions,
  ): Promise<{ version: string; text: string | undefined }> {
    const answer = await this.#client.call({
      action: `read the secret ${name}`,
      send: (client, call) =>
        client.send(
          new GetSecretValueCommand({ SecretId: name, VersionId: version }),
          call,
        ),
      answer: valueAnswer,
      ...options,
    });
    return { version: answer.VersionId, text: answer.SecretString };
  }

  /** Every version that AWS still has, without a label too; oldest first. */
  async listVersions(
    name: string,
    options: CallOptions,
  ): Promise<VersionEntry[]> {
    const versions: VersionEntry[] = [];
    let next: string | undefined;
    do {
      const token = next;
      const answer: z.infer<typeof versionsAnswer> | undefined =
        await this.#client.find({
          action: `list the versions of the secret ${name}`,
          send: (client, call) =>
            client.send(
              new ListSecretVersionIdsCommand({
                SecretId: name,
                IncludeDeprecated: true,
                NextToken: token,
              }),
              call,
            ),
          answer: versionsAnswer,
          ...options,
        });
      versions.push(
        ...(answer?.Versions ?? []).map(version => ({
          id: version.VersionId,
          stages: version.VersionStages ?? [],
          createdAt: version.CreatedDate,
        })),
      );
      next = answer?.NextToken;
    } while (next);
    return versions.sort(
      (a, b) => a.createdAt.getTime() - b.createdAt.getTime(),
    );
  }

  /** Adds tags, in place of those of the same key. */
  async tag(
    name: string,
    tags: Record<string, string>,
    options: CallOptions,
  ): Promise<void> {
    await this.#client.call({
      action: `tag the secret ${name}`,
      send: (client, call) =>
        client.send(
          new TagResourceCommand({ SecretId: name, Tags: toTags(tags) }),
          call,
        ),
      answer: emptyAnswer,
      ...options,
    });
  }

  /** Removes a tag. */
  async untag(name: string, key: string, options: CallOptions): Promise<void> {
    await this.#client.call({
      action: `remove a tag of the secret ${name}`,
      send: (client, call) =>
        client.send(
          new UntagResourceCommand({ SecretId: name, TagKeys: [key] }),
          call,
        ),
      answer: emptyAnswer,
      ...options,
    });
  }

  /** Marks a secret for deletion. */
  async delete(
    name: string,
    recoveryWindowDays: number,
    options: CallOptions,
  ): Promise<void> {
    await this.#client.call({
      action: `delete the secret ${name}`,
      send: (client, call) =>
        client.send(
          new DeleteSecretCommand({
            SecretId: name,
            RecoveryWindowInDays: recoveryWindowDays,
          }),
          call,
        ),
      answer: namedAnswer,
      ...options,
    });
  }

  /** Takes a deletion back. */
  async restore(name: string, options: CallOptions): Promise<void> {
    await this.#client.call({
      action: `restore the secret ${name}`,
      send: (client, call) =>
        client.send(new RestoreSecretCommand({ SecretId: name }), call),
      answer: namedAnswer,
      ...options,
    });
  }

  /** The resource policy as text; `undefined` where there is none. */
  async readPolicy(
    name: string,
    options: CallOptions,
  ): Promise<string | undefined> {
    const answer = await this.#client.call({
      action: `read the policy of the secret ${name}`,
      send: (client, call) =>
        client.send(new GetResourcePolicyCommand({ SecretId: name }), call),
      answer: policyAnswer,
      ...options,
    });
    return answer.ResourcePolicy;
  }

  /** Replaces the resource policy; without text, removes it. */
  async writePolicy(
    name: string,
    policy: string | undefined,
    options: CallOptions,
  ): Promise<void> {
    await this.#client.call({
      action: `change the policy of the secret ${name}`,
      send: (client, call) =>
        policy === undefined
          ? client.send(
              new DeleteResourcePolicyCommand({ SecretId: name }),
              call,
            )
          : client.send(
              new PutResourcePolicyCommand({
                SecretId: name,
                ResourcePolicy: policy,
                BlockPublicPolicy: true,
              }),
              call,
            ),
      answer: namedAnswer,
      ...options,
    });
  }
}

function toTags(tags: Record<string, string>) {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
