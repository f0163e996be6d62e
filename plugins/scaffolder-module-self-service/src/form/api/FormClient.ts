import { ResponseError } from '@backstage/errors';
import { FetchApi } from '@backstage/frontend-plugin-api';
import { JsonObject } from '@backstage/types';
import {
  FormPreview,
  formPreviewSchema,
} from '@self-service/plugin-approvals-common';
import {
  formChecksSchema,
  FormProblem,
  Resource,
  resourceDetailSchema,
  resourcePageSchema,
  ServingSystem,
  servingSystemsSchema,
  TemplateStatistic,
  templateStatisticsSchema,
} from '@self-service/plugin-runs-common';
import { AskOptions, FormApi } from './FormApi';

/**
 * Client of the routes that a form asks.
 *
 * @remarks
 * Paths and shapes are those of `formPreview.ts` in
 * `@self-service/plugin-approvals-common` and of `forms.ts` and `resources.ts`
 * in `@self-service/plugin-runs-common`; every answer is parsed.
 *
 * @public
 */
export class FormClient implements FormApi {
  readonly #fetchApi: FetchApi;

  /** @param options.fetchApi - resolves `plugin://…` and signs requests */
  constructor(options: { fetchApi: FetchApi }) {
    this.#fetchApi = options.fetchApi;
  }

  async preview(
    templateRef: string,
    parameters: JsonObject,
    options?: AskOptions,
  ): Promise<FormPreview> {
    return formPreviewSchema.parse(
      await this.#ask('plugin://approvals/form-previews', {
        ...options,
        body: { templateRef, parameters },
      }),
    );
  }

  async check(
    templateRef: string,
    parameters: JsonObject,
    options: AskOptions & { replaces?: string } = {},
  ): Promise<FormProblem[]> {
    const { replaces, ...rest } = options;
    const answer = await this.#ask('plugin://runs/form-checks', {
      ...rest,
      body: { templateRef, parameters, replaces },
    });
    return formChecksSchema.parse(answer).problems;
  }

  async listSystems(options?: AskOptions): Promise<ServingSystem[]> {
    return servingSystemsSchema.parse(
      await this.#ask('plugin://runs/systems', options),
    ).systems;
  }

  async listStatistics(options?: AskOptions): Promise<TemplateStatistic[]> {
    return templateStatisticsSchema.parse(
      await this.#ask('plugin://runs/template-statistics', options),
    ).templates;
  }

  async listResources(
    view: 'mine' | 'team',
    options?: AskOptions,
  ): Promise<Resource[]> {
    const answer = await this.#ask(
      `plugin://runs/resources?view=${view}&limit=100`,
      options,
    );
    return resourcePageSchema.parse(answer).items;
  }

  async getResource(
    resourceId: string,
    options?: AskOptions,
  ): Promise<Resource> {
    const answer = await this.#ask(
      `plugin://runs/resources/${encodeURIComponent(resourceId)}`,
      options,
    );
    return resourceDetailSchema.parse(answer).resource;
  }

  async #ask(
    url: string,
    options: AskOptions & { body?: object } = {},
  ): Promise<unknown> {
    const { body, signal } = options;
    const response = await this.#fetchApi.fetch(url, {
      signal,
      ...(body && {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'Content-Type': 'application/json' },
      }),
    });
    if (!response.ok) {
      throw await ResponseError.fromResponse(response);
    }
    return response.json();
  }
}
