import { createApiRef } from '@backstage/frontend-plugin-api';
import { FormPreview } from '@self-service/plugin-approvals-common';
import {
  FormProblem,
  Resource,
  ServingSystem,
  TemplateStatistic,
} from '@self-service/plugin-runs-common';
import { JsonObject } from '@backstage/types';

/** How a request is made. */
export interface AskOptions {
  signal?: AbortSignal;
}

/**
 * What the form asks of the backends before anything is sent, as the
 * signed-in person.
 *
 * @remarks
 * No method changes anything. Every one throws the `ResponseError` of
 * `@backstage/errors` when the backend refuses, and a zod error when its
 * answer breaks the contract.
 *
 * @public
 */
export interface FormApi {
  /**
   * What the gate would say of a form now, what the run would create and cost.
   *
   * @param parameters - as far as filled in; must hold no secret
   */
  preview(
    templateRef: string,
    parameters: JsonObject,
    options?: AskOptions,
  ): Promise<FormPreview>;
  /**
   * What will go wrong with the values of a form; errors first.
   *
   * @param parameters - as far as filled in; must hold no secret
   * @param options.replaces - task id of the run that is rolled back for this
   * one
   */
  check(
    templateRef: string,
    parameters: JsonObject,
    options?: AskOptions & { replaces?: string },
  ): Promise<FormProblem[]>;
  /** The outside systems and what each is for. */
  listSystems(options?: AskOptions): Promise<ServingSystem[]>;
  /** How runs of every template went; those without runs are left out. */
  listStatistics(options?: AskOptions): Promise<TemplateStatistic[]>;
  /** Resources of the person or of their teams, newest first, at most 100. */
  listResources(
    view: 'mine' | 'team',
    options?: AskOptions,
  ): Promise<Resource[]>;
  /** One resource that the person may see. */
  getResource(resourceId: string, options?: AskOptions): Promise<Resource>;
}

/**
 * The {@link FormApi} of the app.
 *
 * @public
 */
export const formApiRef = createApiRef<FormApi>().with({
  id: 'plugin.scaffolder.self-service-form',
  pluginId: 'scaffolder',
});
