import { createHash } from 'node:crypto';
import { ConflictError, InputError, NotFoundError } from '@backstage/errors';
import {
  createProblemError,
  InfrastructureWorkspace,
  Repository,
} from '@self-service/plugin-providers-node';
import { z } from 'zod';
import { Announcer } from './Announcer';
import { HcpTerraformConfig } from './config';
import { toDirectory } from './directory';
import { Workspace, workspaceDocumentSchema } from './documents';
import { HcpClient } from './HcpClient';
import { WorkspaceIds } from './WorkspaceIds';

interface CallOptions {
  signal?: AbortSignal;
}

const MAXIMUM_NAME_LENGTH = 90;

/**
 * In what safe-delete refuses with while the resources of the newest state are
 * not counted yet. Source: go-tfe, `ErrWorkspaceStillProcessing`.
 */
const PROCESSING = /being processed/;

/**
 * The tag that says which run made a workspace. Tags are of letters, digits,
 * colons, hyphens and underscores, in lower case.
 */
export function toTag(runKey: string): string {
  const word = runKey.toLowerCase().replace(/[^a-z0-9_-]+/g, ':');
  return `self-service:${word.replace(/^:+|:+$/g, '')}`;
}

/** A workspace's name: of letters, digits, `-` and `_`, at most 90 of them. */
export function toWorkspaceName(
  pattern: string,
  { owner, name }: Repository,
  directory: string,
): string {
  const values: Record<string, string> = { owner, repository: name, directory };
  const full = pattern
    .replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole)
    .replace(/[^A-Za-z0-9_-]+/g, '-');
  if (full.length <= MAXIMUM_NAME_LENGTH) {
    return full;
  }
  const digest = createHash('sha256').update(full).digest('hex').slice(0, 8);
  return `${full.slice(0, MAXIMUM_NAME_LENGTH - 9)}-${digest}`;
}

/** Makes and removes workspaces. */
export class WorkspaceKeeper {
  readonly #config: HcpTerraformConfig;
  readonly #client: HcpClient;

  readonly #ids: WorkspaceIds;
  readonly #announcer: Announcer;

  constructor(
    config: HcpTerraformConfig,
    client: HcpClient,
    ids: WorkspaceIds,
  ) {
    this.#ids = ids;
    this.#announcer = new Announcer(config, client);
    this.#config = config;
    this.#client = client;
  }

  /** Finds a workspace by its name; `undefined` where we see none. */
  async find(
    name: string,
    options: CallOptions,
  ): Promise<Workspace | undefined> {
    try {
      const { data } = await this.#client.call({
        action: `read workspace ${name}`,
        method: 'GET',
        path: ['organizations', this.#config.organization, 'workspaces', name],
        answer: workspaceDocumentSchema,
        ...options,
      });
      this.#ids.learn(data);
      return data;
    } catch (error) {
      if (error instanceof NotFoundError) {
        return undefined;
      }
      throw error;
    }
  }

  /** See `InfrastructureProvider.createWorkspaces`, for one directory. */
  async create(
    repository: Repository,
    directory: string,
    { runKey, ...options }: CallOptions & { runKey: string },
  ): Promise<InfrastructureWorkspace | undefined> {
    const path = toDirectory(directory);
    const name = toWorkspaceName(this.#config.workspaceName, repository, path);
    const { standing, isNew } = await this.#post(repository, path, {
      name,
      runKey,
      ...options,
    });
    const { identifier } = standing.attributes['vcs-repo'] ?? {};
    const isFor =
      identifier === toIdentifier(repository) &&
      (standing.attributes['working-directory'] ?? '') === path;
    if (!isFor) {
      throw createProblemError(ConflictError, {
        what: `The workspace ${name} is there and is not for ${path} in ${toIdentifier(
          repository,
        )}.`,
        whose: 'platform',
        remedy:
          'Choose another name, or ask the platform team to check workspaceName of providers.hcpTerraform in app-config.',
        vendor: 'HCP Terraform',
      });
    }
    if (!isOf(standing, runKey)) {
      return undefined;
    }
    await this.#announcer.announce(standing, { isNew, ...options });
    return this.#toWorkspace(name, directory);
  }

  /** See `InfrastructureProvider.findWorkspace`. */
  async findOwn(
    repository: Repository,
    directory: string,
    { runKey, ...options }: CallOptions & { runKey: string },
  ): Promise<InfrastructureWorkspace | undefined> {
    const path = toDirectory(directory);
    const name = toWorkspaceName(this.#config.workspaceName, repository, path);
    const standing = await this.find(name, options);
    return standing && isOf(standing, runKey)
      ? this.#toWorkspace(name, directory)
      : undefined;
  }

  #toWorkspace(name: string, directory: string): InfrastructureWorkspace {
    const { address, organization } = this.#config;
    const url = `${address}/app/${organization}/workspaces/${name}`;
    return { name, directory, url };
  }

  /** See `InfrastructureProvider.removeWorkspace`. */
  async remove(
    repository: Repository,
    directory: string,
    { runKey, ...options }: CallOptions & { runKey: string },
  ): Promise<'removed' | 'absent' | 'retained' | 'busy'> {
    const path = toDirectory(directory);
    const name = toWorkspaceName(this.#config.workspaceName, repository, path);
    const workspace = await this.find(name, options);
    if (!workspace) {
      return 'absent';
    }
    if (!isOf(workspace, runKey)) {
      throw createProblemError(ConflictError, {
        what: `The workspace ${name} was not made by this run.`,
        remedy: 'Look at who made it.',
        vendor: 'HCP Terraform',
      });
    }
    let outcome = await this.#delete(workspace, options);
    if (outcome === 'idle') {
      // What was under way has ended since: nothing is in the way any more.
      outcome = await this.#delete(workspace, options);
    }
    return outcome === 'idle' ? 'retained' : outcome;
  }

  /** `idle`: refused, and a moment later there is no reason for it. */
  async #delete(
    workspace: Workspace,
    options: CallOptions,
  ): Promise<'removed' | 'retained' | 'busy' | 'idle'> {
    const { name } = workspace.attributes;
    try {
      await this.#client.call({
        action: `delete workspace ${name}`,
        method: 'POST',
        path: ['workspaces', workspace.id, 'actions', 'safe-delete'],
        answer: z.undefined(),
        ...options,
      });
      return 'removed';
    } catch (error) {
      // Locked or in charge of something; or somebody was faster, or we may not.
      const isTold =
        error instanceof ConflictError || error instanceof NotFoundError;
      const standing = isTold && (await this.find(name, options));
      if (isTold && !standing) {
        return 'removed';
      }
      if (standing && error instanceof ConflictError) {
        if (PROCESSING.test(error.message)) {
          return 'busy';
        }
        if ((standing.attributes['resource-count'] ?? 0) > 0) {
          return 'retained';
        }
        return standing.attributes.locked ? 'busy' : 'idle';
      }
      throw error;
    }
  }

  /** Makes a workspace, or finds the one that has this name. */
  async #post(
    repository: Repository,
    directory: string,
    {
      name,
      runKey,
      ...options
    }: CallOptions & { name: string; runKey: string },
  ): Promise<{ standing: Workspace; isNew: boolean }> {
    const { organization, oauthTokenId, project } = this.#config;
    try {
      const { data } = await this.#client.call({
        action: `create workspace ${name}`,
        method: 'POST',
        path: ['organizations', organization, 'workspaces'],
        body: {
          data: {
            type: 'workspaces',
            attributes: {
              name,
              description: `Made by Self-Service in run ${runKey}.`,
              'auto-apply': false,
              'working-directory': directory,
              'file-triggers-enabled': true,
              'speculative-enabled': true,
              // A workspace that has never run takes no runs of its repository.
              'queue-all-runs': true,
              'vcs-repo': {
                identifier: toIdentifier(repository),
                'oauth-token-id': oauthTokenId,
                branch: '',
              },
            },
            relationships: {
              tags: {
                data: [{ type: 'tags', attributes: { name: toTag(runKey) } }],
              },
              ...(project && {
                project: { data: { type: 'projects', id: project } },
              }),
            },
          },
        },
        answer: workspaceDocumentSchema,
        remedies: {
          404: "Ask the platform team to give the portal's token the right to create workspaces.",
          422: 'Ask the platform team to check vcs.oauthTokenId and workspaceName of providers.hcpTerraform in app-config.',
        },
        ...options,
      });
      this.#ids.learn(data);
      return { standing: data, isNew: true };
    } catch (error) {
      // A name is given once: it is there, or who may not create may see it.
      const mayStand =
        error instanceof InputError || error instanceof NotFoundError;
      const standing = mayStand && (await this.find(name, options));
      if (standing) {
        return { standing, isNew: false };
      }
      throw error;
    }
  }
}

function isOf({ attributes }: Workspace, runKey: string): boolean {
  return attributes['tag-names']?.includes(toTag(runKey)) ?? false;
}

function toIdentifier({ owner, name }: Repository): string {
  return `${owner}/${name}`;
}
