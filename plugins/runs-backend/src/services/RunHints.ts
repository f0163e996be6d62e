/** Who looks at runs. */
interface Follower {
  follow(taskId: string): Promise<unknown>;
  followSoon(taskId: string): void;
}

/**
 * Lets services ask for a look at a run, though who looks is made after them
 * and uses them.
 */
export class RunHints implements Follower {
  #follower: Follower | undefined;

  private constructor() {}

  static create(): RunHints {
    return new RunHints();
  }

  /** To be called once, before anything is asked. */
  connect(follower: Follower): void {
    this.#follower = follower;
  }

  /** Looks at a run now; resolves when that is done. */
  async follow(taskId: string): Promise<void> {
    await this.#follower?.follow(taskId);
  }

  /** Looks at a run in the background. */
  followSoon(taskId: string): void {
    this.#follower?.followSoon(taskId);
  }
}
