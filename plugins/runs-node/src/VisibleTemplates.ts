import {
  BackstageCredentials,
  BackstageUserPrincipal,
} from '@backstage/backend-plugin-api';
import {
  DEFAULT_NAMESPACE,
  parseEntityRef,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import { InputError, NotFoundError } from '@backstage/errors';
import { CatalogService } from '@backstage/plugin-catalog-node';
import { TemplateEntityV1beta3 } from '@backstage/plugin-scaffolder-common';
import { RecentAnswers } from './RecentAnswers';

function toTemplateRef(text: string): string {
  try {
    const ref = parseEntityRef(text, {
      defaultKind: 'template',
      defaultNamespace: DEFAULT_NAMESPACE,
    });
    if (ref.kind.toLocaleLowerCase('en-US') === 'template') {
      return stringifyEntityRef(ref);
    }
  } catch {
    // said below
  }
  throw new InputError(
    'templateRef: is not the entity ref of a template, such as template:default/database',
  );
}

/**
 * Reads templates as the person who asks: nobody gets one that the catalog
 * does not show them, and what one person was shown is never another's answer.
 *
 * @public
 */
export class VisibleTemplates {
  readonly #catalog: Pick<CatalogService, 'getEntityByRef'>;
  readonly #recent: RecentAnswers<TemplateEntityV1beta3>;

  /** @param options.recent - for templates alone, as their refs are the keys */
  constructor(options: {
    catalog: Pick<CatalogService, 'getEntityByRef'>;
    recent: RecentAnswers<TemplateEntityV1beta3>;
  }) {
    this.#catalog = options.catalog;
    this.#recent = options.recent;
  }

  /**
   * @throws InputError - that is not the ref of a template
   * @throws NotFoundError - there is none, or not for this person
   */
  async get(
    templateRef: string,
    credentials: BackstageCredentials<BackstageUserPrincipal>,
  ): Promise<TemplateEntityV1beta3> {
    const ref = toTemplateRef(templateRef);
    const { userEntityRef, actor } = credentials.principal;
    const key = JSON.stringify([userEntityRef, actor?.subject, ref]);
    const template = await this.#recent.get(key, async () => {
      const entity = await this.#catalog.getEntityByRef(ref, { credentials });
      return entity as TemplateEntityV1beta3 | undefined;
    });
    if (!template) {
      throw new NotFoundError(`There is no template ${ref} that you can see`);
    }
    return template;
  }
}
