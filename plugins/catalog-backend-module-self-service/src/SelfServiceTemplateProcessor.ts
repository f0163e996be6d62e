import {
  LoggerService,
  RootConfigService,
} from '@backstage/backend-plugin-api';
import { ENTITY_STATUS_CATALOG_PROCESSING_TYPE } from '@backstage/catalog-client';
import { Entity, stringifyEntityRef } from '@backstage/catalog-model';
import {
  CatalogProcessor,
  CatalogProcessorCache,
  CatalogProcessorEmit,
  LocationSpec,
  processingResult,
} from '@backstage/plugin-catalog-node';
import { JsonObject } from '@backstage/types';
import {
  INJECTED_GATE_STEP,
  isGate,
} from '@self-service/plugin-approvals-common';
import { ConfiguredProvider } from './check/checkProviders';
import { checkTemplate, TemplateCheckOptions } from './check/checkTemplate';
import { Problem } from './check/problem';
import { readCheckOptions } from './check/readCheckOptions';
import { digestOf } from './digest';
import { injectGate, withoutInjectedGate } from './injectGate';
import { ScaffolderActions } from './ScaffolderActions';
import { isTemplate, readSteps } from './template';

/**
 * Type of the status items that hold what the template check warns of.
 *
 * @public
 */
export const TEMPLATE_CHECK_STATUS = 'self-service/template-check';

/** An item of an entity's `status.items`. */
interface StatusItem {
  type: string;
  level: 'error' | 'warning';
  message: string;
  error?: { name: string; message: string };
}

/**
 * Gives every template a gate and reports what is wrong with it.
 *
 * @remarks
 * What the check finds stands in `status.items` of the entity. Errors have the
 * catalog's own type, so that the stock entity page shows them; warnings have
 * {@link TEMPLATE_CHECK_STATUS}. Where no safe version can be made (the steps
 * are no list, or the id of the injected gate is taken) processing fails: the
 * catalog keeps the last good version and shows the error with it.
 *
 * @public
 */
export class SelfServiceTemplateProcessor implements CatalogProcessor {
  readonly #options: TemplateCheckOptions;
  readonly #pluginSources: readonly string[];
  readonly #logger: LoggerService;
  readonly #actions?: Pick<ScaffolderActions, 'list'>;

  static create(options: {
    config: RootConfigService;
    logger: LoggerService;
    /** Those that are configured; what steps need of them is not checked without. */
    providers?: readonly ConfiguredProvider[];
    /** Whether an action exists is not checked without. */
    actions?: Pick<ScaffolderActions, 'list'>;
  }): SelfServiceTemplateProcessor {
    return new SelfServiceTemplateProcessor(options);
  }

  private constructor({
    config,
    logger,
    providers,
    actions,
  }: Parameters<typeof SelfServiceTemplateProcessor.create>[0]) {
    this.#options = { ...readCheckOptions(config), providers };
    this.#pluginSources =
      config.getOptionalStringArray('backend.actions.pluginSources') ?? [];
    this.#logger = logger;
    this.#actions = actions;
  }

  getProcessorName(): string {
    return 'SelfServiceTemplateProcessor';
  }

  /** After every other: placeholders are resolved, and nothing takes the gate away again. */
  getPriority(): number {
    return 1000;
  }

  async preProcessEntity(
    entity: Entity,
    location: LocationSpec,
    emit: CatalogProcessorEmit,
  ): Promise<Entity> {
    if (!isTemplate(entity)) {
      return entity;
    }
    const authored = readSteps(entity);
    const steps = authored && injectGate(authored, entity.spec?.selfService);
    const holders = steps?.filter(({ id }) => id === INJECTED_GATE_STEP) ?? [];
    const idTaken = holders.length > 1 || holders.some(step => !isGate(step));
    if (!steps || idTaken) {
      checkTemplate(entity, this.#options)
        .filter(({ level }) => level === 'error')
        .forEach(({ path, message }) =>
          emit(processingResult.inputError(location, `${path}: ${message}`)),
        );
      return entity;
    }
    return {
      ...entity,
      spec: { ...entity.spec, steps: steps as JsonObject[] },
    };
  }

  /** The catalog takes a status from here only; before, it refuses the entity. */
  async postProcessEntity(
    entity: Entity,
    _location: LocationSpec,
    _emit: CatalogProcessorEmit,
    cache: CatalogProcessorCache,
  ): Promise<Entity> {
    const steps = isTemplate(entity) ? readSteps(entity) : undefined;
    if (!steps) {
      return entity;
    }
    const authored = {
      ...entity,
      spec: {
        ...entity.spec,
        steps: withoutInjectedGate(steps) as JsonObject[],
      },
    };
    const ids = await this.#actions?.list();
    const problems = checkTemplate(authored, {
      ...this.#options,
      actions: ids && { ids, pluginSources: this.#pluginSources },
    });
    await this.#logNews(entity, problems, cache);
    return problems.length > 0
      ? ({
          ...entity,
          status: { items: problems.map(toStatusItem) },
        } as Entity)
      : entity;
  }

  /** Templates are processed again and again: a problem is logged when it is new. */
  async #logNews(
    entity: Entity,
    problems: Problem[],
    cache: CatalogProcessorCache,
  ) {
    const digest = digestOf(problems);
    const known = await cache.get<string>('problems');
    await cache.set('problems', digest);
    if (known === digest) {
      return;
    }
    const template = stringifyEntityRef(entity);
    for (const { level, path, message } of problems) {
      const line = `${template}: ${path}: ${message}`;
      if (level === 'error') {
        this.#logger.error(line);
      } else {
        this.#logger.warn(line);
      }
    }
  }
}

function toStatusItem({ level, path, message }: Problem): StatusItem {
  const text = `${path}: ${message}`;
  return level === 'error'
    ? {
        type: ENTITY_STATUS_CATALOG_PROCESSING_TYPE,
        level,
        message: text,
        error: { name: 'TemplateCheckError', message: text },
      }
    : { type: TEMPLATE_CHECK_STATUS, level, message: text };
}
