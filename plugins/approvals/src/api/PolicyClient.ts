import { ResponseError } from '@backstage/errors';
import { FetchApi } from '@backstage/frontend-plugin-api';
import {
  BacktestQuestion,
  BacktestReport,
  backtestSchema,
  FreezeList,
  freezeListSchema,
  NewExemption,
  NewFreeze,
  PolicyStatusReport,
  policyStatusSchema,
  ReplayReport,
  replaySchema,
} from '@self-service/plugin-approvals-common';
import { PolicyApi } from './PolicyApi';

/**
 * Client of the approvals backend's routes about freezes and policy.
 *
 * @remarks
 * Shapes are those of `freezes.ts` and `policyApi.ts` in
 * `@self-service/plugin-approvals-common`; every answer is parsed.
 *
 * @public
 */
export class PolicyClient implements PolicyApi {
  readonly #fetchApi: FetchApi;

  /** @param options.fetchApi - resolves `plugin://approvals` and signs requests */
  constructor(options: { fetchApi: FetchApi }) {
    this.#fetchApi = options.fetchApi;
  }

  async listFreezes(options?: { signal?: AbortSignal }): Promise<FreezeList> {
    const response = await this.#fetch('/freezes', options);
    return freezeListSchema.parse(await response.json());
  }

  async createFreeze(freeze: NewFreeze): Promise<void> {
    await this.#post('/freezes', freeze);
  }

  async endFreeze(freezeId: string): Promise<void> {
    await this.#post(`/freezes/${encodeURIComponent(freezeId)}/end`, {});
  }

  async exempt(freezeId: string, exemption: NewExemption): Promise<void> {
    await this.#post(
      `/freezes/${encodeURIComponent(freezeId)}/exemptions`,
      exemption,
    );
  }

  async getPolicyStatus(options?: {
    signal?: AbortSignal;
  }): Promise<PolicyStatusReport> {
    const response = await this.#fetch('/policy/status', options);
    return policyStatusSchema.parse(await response.json());
  }

  async replay(days: number): Promise<ReplayReport> {
    const response = await this.#fetch(`/policy/replay?days=${days}`);
    return replaySchema.parse(await response.json());
  }

  async backtest(question: BacktestQuestion): Promise<BacktestReport> {
    const response = await this.#post('/policy/backtest', question);
    return backtestSchema.parse(await response.json());
  }

  #post(path: string, body: object): Promise<Response> {
    return this.#fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  async #fetch(path: string, init?: RequestInit): Promise<Response> {
    const response = await this.#fetchApi.fetch(
      `plugin://approvals${path}`,
      init,
    );
    if (!response.ok) {
      throw await ResponseError.fromResponse(response);
    }
    return response;
  }
}
