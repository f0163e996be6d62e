import {
  ConflictError,
  InputError,
  NotFoundError,
  ServiceUnavailableError,
} from '@backstage/errors';
import { JsonValue } from '@backstage/types';
import {
  CallOptions,
  createProblemError,
  InfrastructureOutputs,
  InfrastructureRun,
  SecretReference,
} from '@self-service/plugin-providers-node';
import { HcpTerraformConfig } from './config';
import { Output, outputDocumentSchema, stateVersionSchema } from './documents';
import { HcpClient, Http } from './HcpClient';
import { WorkspaceIds } from './WorkspaceIds';
import { WorkspaceKeeper } from './WorkspaceKeeper';

/** Outputs are read out of a new state some time after the apply. */
const PROCESSING_TRIES = 10;
const PROCESSING_POLL_MILLISECONDS = 1_000;

/** Reads outputs of current states; sensitive ones one by one. */
export class OutputReader {
  readonly #provider: string;
  readonly #config: HcpTerraformConfig;
  readonly #client: HcpClient;
  readonly #workspaces: WorkspaceKeeper;
  readonly #ids: WorkspaceIds;
  readonly #http: Http;

  /** @param provider - its id, which references name */
  constructor(
    provider: string,
    config: HcpTerraformConfig,
    client: HcpClient,
    workspaces: WorkspaceKeeper,
    ids: WorkspaceIds,
    http: Http,
  ) {
    this.#ids = ids;
    this.#provider = provider;
    this.#config = config;
    this.#client = client;
    this.#workspaces = workspaces;
    this.#http = http;
  }

  /** The outputs of every workspace that was applied. */
  async read(
    { projects }: InfrastructureRun,
    options: CallOptions,
  ): Promise<InfrastructureOutputs> {
    const outputs: InfrastructureOutputs = { values: {}, sensitive: {} };
    const origins = new Map<string, string>();
    for (const { name: workspace } of projects) {
      const state = `${this.#config.organization}/${workspace}`;
      for (const { attributes } of await this.#list(workspace, options)) {
        const { name: output, sensitive, value } = attributes;
        const other = origins.get(output);
        if (other) {
          throw createProblemError(ConflictError, {
            what: `Workspaces ${other} and ${workspace} both have an output ${output}.`,
            remedy: 'Give one of them another name, or apply them in two runs.',
          });
        }
        origins.set(output, workspace);
        if (sensitive) {
          outputs.sensitive[output] = {
            provider: this.#provider,
            state,
            output,
          };
        } else {
          outputs.values[output] = value;
        }
      }
    }
    return outputs;
  }

  /** See `InfrastructureProvider.readSensitive`. */
  async readSensitive(
    references: Record<string, SecretReference>,
    options: CallOptions,
  ): Promise<Record<string, JsonValue>> {
    const lists = new Map<string, Map<string, string>>();
    const values: Record<string, JsonValue> = {};
    for (const [name, reference] of Object.entries(references)) {
      const workspace = this.#toWorkspace(reference);
      const ids =
        lists.get(workspace) ??
        new Map(
          (await this.#list(workspace, options)).map(({ id, attributes }) => [
            attributes.name,
            id,
          ]),
        );
      lists.set(workspace, ids);
      const id = ids.get(reference.output);
      if (!id) {
        throw createProblemError(NotFoundError, {
          what: `Workspace ${workspace} has no output ${reference.output} any more.`,
          remedy: 'Apply it again.',
        });
      }
      const { data } = await this.#client.call({
        action: `read output ${reference.output} of ${workspace}`,
        method: 'GET',
        path: ['state-version-outputs', id],
        answer: outputDocumentSchema,
        ...options,
      });
      values[name] = data.attributes.value;
    }
    return values;
  }

  #toWorkspace({ provider, state }: SecretReference): string {
    const { organization } = this.#config;
    const [first, ...rest] = state.split('/');
    if (
      provider !== this.#provider ||
      first !== organization ||
      rest.length !== 1
    ) {
      throw createProblemError(InputError, {
        what: `Provider ${
          this.#provider
        } can't read a secret of ${provider} in ${state}.`,
        remedy: 'Hand it the references that it gave.',
      });
    }
    return rest[0];
  }

  /** Sensitive ones without their values. */
  async #list(name: string, options: CallOptions): Promise<Output[]> {
    const known = this.#ids.get(name);
    if (known) {
      try {
        return await this.#readState(known, name, options);
      } catch (error) {
        // The name may be another's by now.
        if (!(error instanceof NotFoundError)) {
          throw error;
        }
        this.#ids.forget(name);
      }
    }
    const workspace = await this.#workspaces.find(name, options);
    if (!workspace) {
      throw createProblemError(NotFoundError, {
        what: `There is no workspace ${name}, or we may not see it.`,
        whose: 'platform',
        remedy: "Check it, and that the portal's token may read its state.",
        vendor: 'HCP Terraform',
      });
    }
    return this.#readState(workspace.id, name, options);
  }

  /** Source: HCP Terraform, State Versions API (`include=outputs`). */
  async #readState(
    id: string,
    name: string,
    options: CallOptions,
  ): Promise<Output[]> {
    for (let tries = 0; tries < PROCESSING_TRIES; tries += 1) {
      const { data, included } = await this.#client.call({
        action: `read the state of ${name}`,
        method: 'GET',
        path: ['workspaces', id, 'current-state-version'],
        query: { include: 'outputs' },
        answer: stateVersionSchema,
        ...options,
      });
      if (data.attributes['resources-processed']) {
        return included ?? [];
      }
      await this.#http.sleep(PROCESSING_POLL_MILLISECONDS, options.signal);
    }
    throw createProblemError(ServiceUnavailableError, {
      what: `HCP Terraform has not read the outputs of ${name} out of its new state yet.`,
      whose: 'vendor',
      canPass: true,
      remedy: 'Try again in a few minutes.',
      vendor: 'HCP Terraform',
    });
  }
}
