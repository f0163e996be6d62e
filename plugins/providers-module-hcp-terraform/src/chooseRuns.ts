import { Repository } from '@self-service/plugin-providers-node';
import { RunDocument } from './documents';

/** Runs that a commit is looked for in. */
export type Operation = 'plan_only' | 'plan_and_apply';

/** What a run does; those that destroy are of no pull request. */
export type RunOperation = Operation | 'destroy';

/** What a run does. */
export function operationOf({ run }: RunDocument): RunOperation {
  const { 'plan-only': isPlanOnly, 'is-destroy': isDestroy } = run.attributes;
  if (isPlanOnly) {
    return 'plan_only';
  }
  return isDestroy ? 'destroy' : 'plan_and_apply';
}

/** Whether a run is of this very commit: searches find longer ones, and forks. */
export function isOf({ owner, name }: Repository, commit: string) {
  const identifier = `${owner}/${name}`;
  return ({ ingress }: RunDocument): boolean =>
    ingress?.['commit-sha'] === commit &&
    (ingress.identifier ?? identifier) === identifier;
}

/** The newest run of each workspace. */
export function newest(documents: readonly RunDocument[]): RunDocument[] {
  const byWorkspace = new Map<string, RunDocument>();
  for (const document of documents) {
    const { id } = document.run.relationships.workspace.data;
    const other = byWorkspace.get(id);
    const isNewer =
      !other ||
      document.run.attributes['created-at'] >
        other.run.attributes['created-at'];
    if (isNewer) {
      byWorkspace.set(id, document);
    }
  }
  return [...byWorkspace.values()];
}
