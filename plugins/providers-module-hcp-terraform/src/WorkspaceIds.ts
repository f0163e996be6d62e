/** Most workspaces that are remembered. */
const MAXIMUM_KNOWN = 5_000;

/**
 * Ids of workspaces by their names, as answers told them: what is known by its
 * id need not be looked for by its name. An id stands for one workspace for
 * ever; a name may be given to another one, so `forget` what is not there.
 */
export class WorkspaceIds {
  readonly #ids = new Map<string, string>();

  /** The id that a name had last; `undefined` where nobody told it. */
  get(name: string): string | undefined {
    return this.#ids.get(name);
  }

  /** Remembers what an answer told. */
  learn({ id, attributes }: { id: string; attributes: { name: string } }) {
    this.#ids.delete(attributes.name);
    this.#ids.set(attributes.name, id);
    if (this.#ids.size > MAXIMUM_KNOWN) {
      this.#ids.delete([...this.#ids.keys()][0]);
    }
  }

  /** Has the name looked for again. */
  forget(name: string): void {
    this.#ids.delete(name);
  }
}
