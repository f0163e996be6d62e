import { ConflictError, InputError, NotFoundError } from '@backstage/errors';
import { JsonValue } from '@backstage/types';
import {
  CallOptions,
  createProblemError,
  HttpClient,
  InfrastructureOutputs,
  InfrastructureRun,
  Repository,
  SecretReference,
} from '@self-service/plugin-providers-node';
import { AtlantisConfig } from './config';
import { StateOutput, StateReader } from './StateReader';
import { readStateAddress, toStateAddress } from './stateAddress';

/** Reads outputs of applied projects out of their Terraform states. */
export class OutputReader {
  readonly #id: string;
  readonly #servers: readonly AtlantisConfig[];
  readonly #http: Pick<HttpClient, 'fetch' | 'now'>;

  /** @param id - of the provider, which references name */
  constructor(
    id: string,
    servers: readonly AtlantisConfig[],
    http: Pick<HttpClient, 'fetch' | 'now'>,
  ) {
    this.#id = id;
    this.#servers = servers;
    this.#http = http;
  }

  /** The outputs of every project that was applied. */
  async read(
    server: AtlantisConfig,
    repository: Repository,
    run: InfrastructureRun,
    options: CallOptions,
  ): Promise<InfrastructureOutputs> {
    const reader = this.#createReader(server);
    const outputs: InfrastructureOutputs = { values: {}, sensitive: {} };
    const origins = new Map<string, string>();
    const applied = run.projects.filter(({ status }) => status === 'applied');
    for (const { name: project } of applied) {
      const state = toStateAddress(repository, project);
      const found = await reader.readOutputs(repository, project, options);
      for (const [output, { value, sensitive }] of Object.entries(found)) {
        const other = origins.get(output);
        if (other) {
          throw createProblemError(ConflictError, {
            what: `Projects ${other} and ${project} both have an output ${output}.`,
            remedy: 'Give one of them another name, or apply them in two runs.',
          });
        }
        origins.set(output, project);
        if (sensitive) {
          outputs.sensitive[output] = { provider: this.#id, state, output };
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
    const states = new Map<string, Record<string, StateOutput>>();
    const values: Record<string, JsonValue> = {};
    for (const [name, { provider, state, output }] of Object.entries(
      references,
    )) {
      if (provider !== this.#id) {
        throw createProblemError(InputError, {
          what: `Provider ${this.#id} can't read a secret of ${provider}.`,
          remedy: 'Hand it the references that it gave.',
        });
      }
      const outputs =
        states.get(state) ?? (await this.#readState(state, options));
      states.set(state, outputs);
      if (!Object.hasOwn(outputs, output)) {
        throw createProblemError(NotFoundError, {
          what: `The state of ${state} has no output ${output} any more.`,
          remedy: 'Apply it again.',
        });
      }
      values[name] = outputs[output].value;
    }
    return values;
  }

  #readState(state: string, options: CallOptions) {
    const { repository, project } = readStateAddress(state);
    const server = this.#servers.find(
      ({ gitHost }) => gitHost === repository.host,
    );
    if (!server) {
      throw createProblemError(InputError, {
        what: `No Atlantis is configured for the state ${state}.`,
        whose: 'platform',
        remedy:
          'Ask the platform team to check providers.atlantis in app-config.',
      });
    }
    return this.#createReader(server).readOutputs(repository, project, options);
  }

  #createReader({ gitHost, state }: AtlantisConfig): StateReader {
    if (!state) {
      throw createProblemError(InputError, {
        what: "Outputs can't be read: app-config does not say where states are.",
        whose: 'platform',
        remedy: `Ask the platform team to add state to the entry of ${gitHost} in providers.atlantis in app-config.`,
      });
    }
    return new StateReader(state, this.#http);
  }
}
