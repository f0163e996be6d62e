import { join } from 'node:path';
import { JsonCollection } from '../common/JsonCollection';
import { GitLabError } from './errors';
import { GitLabHost } from './GitLabHost';
import {
  PipelineRecord,
  ProjectRecord,
  StatusRecord,
  StatusState,
} from './model';

const COMPLETE: readonly StatusState[] = [
  'success',
  'failed',
  'canceled',
  'skipped',
];
/** GitLab's name of the move into a state. */
const EVENTS: Record<StatusState, string> = {
  pending: 'enqueue',
  running: 'run',
  success: 'success',
  failed: 'drop',
  canceled: 'cancel',
  skipped: 'skip',
};

/** What is reported on a commit. */
export type NewStatus = Pick<
  StatusRecord,
  'name' | 'state' | 'ref' | 'description' | 'targetUrl' | 'author'
>;

/**
 * Reports on commits.
 *
 * @remarks
 * A report changes the newest one of its name while that is pending or
 * running, and is a new one otherwise; a move into the state that it has is
 * refused. Source: GitLab "Commits API: Set commit pipeline status".
 */
export class Pipelines {
  readonly #pipelines: JsonCollection<PipelineRecord>;

  constructor(private readonly host: GitLabHost, directory: string) {
    this.#pipelines = JsonCollection.open(join(directory, 'pipelines'));
    host.onForget(projectId => {
      for (const key of this.#pipelines.keys()) {
        if (key.startsWith(`${projectId}@`)) {
          this.#pipelines.delete(key);
        }
      }
    });
  }

  /** The pipeline of a commit, if there are reports on it. */
  find(project: ProjectRecord, sha: string): PipelineRecord | undefined {
    return this.#pipelines.get(`${project.id}@${sha}`);
  }

  /** Reports on a commit, oldest first; of each name the newest, or all. */
  list(project: ProjectRecord, sha: string, all: boolean): StatusRecord[] {
    const statuses = this.find(project, sha)?.statuses ?? [];
    if (all) {
      return statuses;
    }
    const latest = new Map(statuses.map(status => [status.name, status]));
    return statuses.filter(status => latest.get(status.name) === status);
  }

  /** Sets the state of what is reported under a name. */
  report(project: ProjectRecord, sha: string, report: NewStatus): StatusRecord {
    const time = this.host.timestamp();
    const pipeline = this.find(project, sha) ?? this.#create(project, sha);
    const current = pipeline.statuses.find(
      ({ name, state }) => name === report.name && !COMPLETE.includes(state),
    );
    if (current?.state === report.state) {
      const event = EVENTS[report.state];
      throw GitLabError.bad(
        `Cannot transition status via :${event} from :${report.state} (Reason(s): Status cannot transition via "${event}")`,
      );
    }
    const status: StatusRecord = {
      ...(current ?? { id: this.host.nextId(), createdAt: time }),
      ...report,
    };
    if (report.state === 'running') {
      status.startedAt = time;
    }
    if (COMPLETE.includes(report.state)) {
      status.finishedAt = time;
    }
    const updated: PipelineRecord = {
      ...pipeline,
      updatedAt: time,
      statuses: [
        ...pipeline.statuses.filter(({ id }) => id !== status.id),
        status,
      ].sort((one, other) => one.id - other.id),
    };
    this.#pipelines.set(`${project.id}@${sha}`, updated);
    this.host.emit({
      type: 'pipeline',
      project,
      pipeline: updated,
      sender: report.author,
    });
    return status;
  }

  #create(project: ProjectRecord, sha: string): PipelineRecord {
    const time = this.host.timestamp();
    const iid = this.#pipelines
      .values()
      .filter(({ projectId }) => projectId === project.id).length;
    return {
      id: this.host.nextId(),
      iid: iid + 1,
      projectId: project.id,
      sha,
      createdAt: time,
      updatedAt: time,
      statuses: [],
    };
  }
}

/** What a pipeline's reports amount to. */
export function stateOfPipeline({ statuses }: PipelineRecord): StatusState {
  const latest = [
    ...new Map(statuses.map(({ name, state }) => [name, state])).values(),
  ];
  const order: StatusState[] = [
    'running',
    'pending',
    'failed',
    'canceled',
    'success',
  ];
  return order.find(state => latest.includes(state)) ?? 'skipped';
}
