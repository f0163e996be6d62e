import { createHash } from 'node:crypto';
import { InputError, NotFoundError } from '@backstage/errors';
import {
  createProblemError,
  SecretAccess,
  SecretsProvider,
} from '@self-service/plugin-providers-node';
import { z } from 'zod';
import { VaultConfig } from './config';
import { conflict, noSecret } from './conflict';
import { doneAnswer, getLiveVersion, KvEngine } from './KvEngine';
import { RUN_KEY } from './marks';
import { VaultClient } from './VaultClient';

/** https://developer.hashicorp.com/vault/api-docs/secret/identity/group#read-group-by-name */
const groupAnswer = z.object({
  data: z.object({
    id: z.string().min(1),
    metadata: z.record(z.string(), z.string()).nullish(),
  }),
});

/** Of entity refs of teams: `group:default/payments`. */
const TEAM_REF = /^group:([\w.-]+)\/([\w.-]+)$/;

/**
 * What a policy takes for a pattern or its syntax; see
 * https://developer.hashicorp.com/vault/docs/concepts/policies#policy-syntax
 */
const PATTERN = /[*"\\$]|\{\{|(^|\/)\+($|\/)/;

type Grant = Parameters<NonNullable<SecretsProvider['grantAccess']>>[0];

/**
 * Access of teams to secrets: a policy for one secret, and an identity group
 * of its own that has the policy and the team's group as its member. So no
 * object is changed that another run or a person may change at the same time.
 */
export class VaultAccess {
  readonly #client: VaultClient;
  readonly #engine: KvEngine;
  readonly #config: Pick<VaultConfig, 'address' | 'mount'> & {
    teamGroup: string;
  };

  constructor(
    client: VaultClient,
    engine: KvEngine,
    config: Pick<VaultConfig, 'address' | 'mount'> & { teamGroup: string },
  ) {
    this.#client = client;
    this.#engine = engine;
    this.#config = config;
  }

  /** See `SecretsProvider.grantAccess`. */
  async grant(options: Grant): Promise<SecretAccess> {
    const { path, team, access, runKey, signal } = options;
    const name = this.#nameOf(options);
    const groupName = this.#toGroup(team);
    if (PATTERN.test(path)) {
      throw createProblemError(InputError, {
        what: `A Vault policy can't name the path ${JSON.stringify(
          path,
        )} alone: it has characters of patterns.`,
        remedy: 'Choose a path without * + " \\ $ and {{.',
      });
    }
    const metadata = await this.#engine.readMetadata(path, { signal });
    if (!metadata || getLiveVersion(metadata) === undefined) {
      throw noSecret(path);
    }
    const result = {
      path,
      team,
      access,
      grant: name,
      url: `${this.#config.address}/ui/vault/policy/acl/${name}`,
    };
    const standing = await this.#findGroup(name, signal);
    if (standing) {
      this.#requireOwn(standing, options);
      return result;
    }
    const group = await this.#findGroup(groupName, signal);
    if (!group) {
      throw createProblemError(NotFoundError, {
        what: `Vault has no identity group ${groupName} for ${team}.`,
        whose: 'platform',
        remedy:
          'Ask the platform team to make one, for example with an alias of the group in your identity provider, or to correct access.group of providers.vault.',
        vendor: 'Vault',
      });
    }
    await this.#writePolicy(name, options);
    await this.#client.call({
      action: `make the identity group ${name}`,
      method: 'POST',
      path: ['identity', 'group'],
      body: {
        name,
        type: 'internal',
        policies: [name],
        member_group_ids: [group.id],
        metadata: { [RUN_KEY]: runKey },
      },
      answer: doneAnswer,
      // By name: a second one changes the first.
      repeatable: true,
      signal,
    });
    return result;
  }

  /** See `SecretsProvider.revokeAccess`. */
  async revoke(options: Grant): Promise<'revoked' | 'absent'> {
    const { signal } = options;
    const name = this.#nameOf(options);
    const standing = await this.#findGroup(name, signal);
    if (standing) {
      this.#requireOwn(standing, options);
      await this.#delete(['identity', 'group', 'name', name], signal);
    }
    // Also without the group, which the run may not have come to.
    await this.#delete(['sys', 'policies', 'acl', name], signal);
    return standing ? 'revoked' : 'absent';
  }

  #nameOf({ path, team, access }: Grant): string {
    const digest = createHash('sha256')
      .update(JSON.stringify([this.#config.mount, path, team]))
      .digest('hex');
    return `self-service-${access}-${digest.slice(0, 32)}`;
  }

  #toGroup(team: string): string {
    const [, namespace, name] = TEAM_REF.exec(team) ?? [];
    if (!name) {
      throw createProblemError(InputError, {
        what: `Not a team: ${JSON.stringify(team)}.`,
        remedy: 'Give an entity ref like group:default/payments.',
      });
    }
    const values: Record<string, string> = { team: name, namespace };
    return this.#config.teamGroup.replace(
      /\{(team|namespace)\}/g,
      (_, key: string) => values[key],
    );
  }

  #requireOwn(
    group: z.infer<typeof groupAnswer>['data'],
    { path, team, runKey }: Grant,
  ): void {
    if (group.metadata?.[RUN_KEY] !== runKey) {
      throw conflict(
        `${team} has access to the secret ${path} already, and this run did not give it.`,
        'Leave it as it is, or ask who gave it.',
      );
    }
  }

  async #findGroup(name: string, signal: AbortSignal | undefined) {
    const answer = await this.#client.find({
      action: `read the identity group ${name}`,
      method: 'GET',
      path: ['identity', 'group', 'name', name],
      answer: groupAnswer,
      signal,
    });
    return answer?.data;
  }

  async #writePolicy(name: string, { path, team, signal }: Grant) {
    const { mount } = this.#config;
    const policy = [
      `# ${team} may read ${path}. Made by the portal, which removes it too.`,
      `path "${mount}/data/${path}" {`,
      '  capabilities = ["read"]',
      '}',
      `path "${mount}/metadata/${path}" {`,
      '  capabilities = ["read"]',
      '}',
    ].join('\n');
    await this.#client.call({
      action: `write the policy ${name}`,
      method: 'POST',
      path: ['sys', 'policies', 'acl', name],
      body: { policy },
      answer: doneAnswer,
      repeatable: true,
      signal,
    });
  }

  async #delete(path: string[], signal: AbortSignal | undefined) {
    await this.#client.call({
      action: `delete ${path.slice(-1)} of ${path.slice(0, -1).join('/')}`,
      method: 'DELETE',
      path,
      answer: doneAnswer,
      repeatable: true,
      signal,
    });
  }
}
