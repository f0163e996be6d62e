import { Engine } from './Engine';
import { notFound } from './errors';
import { ORGANIZATION, WorkspaceRecord } from './model';
import { Notifier } from './Notifier';
import { Representations } from './Representations';
import { Store } from './Store';
import { Watcher } from './Watcher';

/** What the routes of the stand-in act on. */
export class HcpTerraform {
  readonly show: Representations;

  constructor(
    readonly store: Store,
    readonly engine: Engine,
    readonly watcher: Watcher,
    readonly notifier: Notifier,
    readonly now: () => Date,
  ) {
    this.show = new Representations(store, ORGANIZATION);
  }

  /** @throws ApiError 404 - there is no such organisation */
  requireOrganization(name: string): void {
    if (name !== ORGANIZATION) {
      throw notFound();
    }
  }

  /** @throws ApiError 404 - there is no such workspace */
  requireWorkspace(id: string): WorkspaceRecord {
    const workspace = this.store.workspaces.get(id);
    if (!workspace) {
      throw notFound();
    }
    return workspace;
  }
}
