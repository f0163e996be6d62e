import { AuthService } from '@backstage/backend-plugin-api';
import { Entity, stringifyEntityRef } from '@backstage/catalog-model';
import { NotAllowedError } from '@backstage/errors';
import { CatalogService } from '@backstage/plugin-catalog-node';
import { MessagePerson } from '@self-service/plugin-providers-node';
import { EntityNames } from '@self-service/plugin-runs-node';

interface Profile {
  email?: unknown;
  displayName?: unknown;
}

function profileOf(entity: Entity | undefined): Profile {
  return (entity?.spec?.profile ?? {}) as Profile;
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== ''
    ? value.trim()
    : undefined;
}

/**
 * Knows people by what the catalog says of them at the moment.
 *
 * @remarks
 * Reads with the plugin's own credentials, and remembers nothing.
 */
export class People {
  readonly #catalog: CatalogService;
  readonly #auth: AuthService;
  /** What people and groups are called. */
  readonly names: EntityNames;

  constructor(options: { catalog: CatalogService; auth: AuthService }) {
    this.names = EntityNames.create(options);
    this.#catalog = options.catalog;
    this.#auth = options.auth;
  }

  /**
   * A person as messengers know them: by the mail address of their profile.
   *
   * @returns `undefined` for whoever has none
   * @throws when the catalog can't be read
   */
  async findAddress(userRef: string): Promise<MessagePerson | undefined> {
    const profile = profileOf(await this.#read(userRef));
    const email = asText(profile.email);
    const displayName = asText(profile.displayName);
    return email ? { email, ...(displayName && { displayName }) } : undefined;
  }

  /**
   * The one person with a mail address that somebody has verified.
   *
   * @returns their user ref
   * @throws NotAllowedError - nobody has it, or several do
   */
  async findByAddress(email: string): Promise<string> {
    const { items } = await this.#catalog.getEntities(
      { filter: { kind: 'User', 'spec.profile.email': email } },
      { credentials: await this.#auth.getOwnServiceCredentials() },
    );
    const same = items.filter(
      entity =>
        asText(profileOf(entity).email)?.toLowerCase() === email.toLowerCase(),
    );
    if (same.length !== 1) {
      throw new NotAllowedError(
        same.length === 0
          ? 'Nobody in the catalog has your mail address. Decide on the page in Backstage, or ask the platform team to add the address to your profile in the catalog.'
          : 'Several people in the catalog have your mail address, so it is not clear who you are. Decide on the page in Backstage.',
      );
    }
    return stringifyEntityRef(same[0]);
  }

  async #read(ref: string): Promise<Entity | undefined> {
    return this.#catalog.getEntityByRef(ref, {
      credentials: await this.#auth.getOwnServiceCredentials(),
    });
  }
}
