import { join } from 'node:path';
import { JsonCollection } from '../common/JsonCollection';
import { TerraformState } from '../terraform/StateStore';
import {
  ConfigurationVersionRecord,
  FINAL,
  NotificationRecord,
  RunRecord,
  StateVersionRecord,
  WorkspaceRecord,
} from './model';

/** Everything that the stand-in keeps, by id. */
export class Store {
  private constructor(
    readonly workspaces: JsonCollection<WorkspaceRecord>,
    readonly configurationVersions: JsonCollection<ConfigurationVersionRecord>,
    readonly runs: JsonCollection<RunRecord>,
    readonly stateVersions: JsonCollection<StateVersionRecord>,
    /** Whole state files, by workspace; they hold passwords, as Terraform's do. */
    readonly states: JsonCollection<TerraformState>,
    readonly notifications: JsonCollection<NotificationRecord>,
  ) {}

  /** @param directory - absolute path; created when missing */
  static open(directory: string): Store {
    const open = <T>(name: string) =>
      JsonCollection.open<T>(join(directory, name));
    return new Store(
      open('workspaces'),
      open('configuration-versions'),
      open('runs'),
      open('state-versions'),
      open('states'),
      open('notifications'),
    );
  }

  /** Finds a workspace by its name. */
  workspaceNamed(name: string): WorkspaceRecord | undefined {
    return this.workspaces.values().find(one => one.name === name);
  }

  /** Runs of a workspace, or all, newest first. */
  runsOf(workspaceId?: string): RunRecord[] {
    return this.runs
      .values()
      .filter(run => !workspaceId || run.workspaceId === workspaceId)
      .sort(
        (one, other) =>
          other.createdAt.localeCompare(one.createdAt) ||
          other.id.localeCompare(one.id),
      );
  }

  /** The run that others of its workspace wait for; plan-only ones never are. */
  currentRun(workspaceId: string): RunRecord | undefined {
    return this.runsOf(workspaceId)
      .filter(run => !run.planOnly && !FINAL.includes(run.status))
      .at(-1);
  }

  /**
   * Id of the configuration version that a workspace's newest run of what can be
   * applied has used; `undefined` before the first.
   */
  currentConfiguration(workspaceId: string): string | undefined {
    return this.runsOf(workspaceId).find(({ planOnly }) => !planOnly)
      ?.configurationVersionId;
  }

  /** The newest state version of a workspace. */
  currentState(workspaceId: string): StateVersionRecord | undefined {
    return this.#statesOf(workspaceId)[0];
  }

  /** The newest that resources and outputs have been read out of. */
  processedState(workspaceId: string): StateVersionRecord | undefined {
    return this.#statesOf(workspaceId).find(({ processed }) => processed);
  }

  /** Newest first. */
  #statesOf(workspaceId: string): StateVersionRecord[] {
    return this.stateVersions
      .values()
      .filter(version => version.workspaceId === workspaceId)
      .sort((one, other) => other.serial - one.serial);
  }

  /** Forgets a workspace and everything in it. */
  removeWorkspace(id: string): void {
    const inside = [
      this.configurationVersions,
      this.runs,
      this.stateVersions,
      this.notifications,
    ] as JsonCollection<{ id: string; workspaceId: string }>[];
    for (const collection of inside) {
      for (const record of collection.values()) {
        if (record.workspaceId === id) {
          collection.delete(record.id);
        }
      }
    }
    this.states.delete(id);
    this.workspaces.delete(id);
  }

  /** Forgets everything. */
  clear(): void {
    for (const { id } of this.workspaces.values()) {
      this.removeWorkspace(id);
    }
  }
}
