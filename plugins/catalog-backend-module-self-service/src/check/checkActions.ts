import { TemplateStep } from '../template';
import { Problem } from './problem';

/** The actions that the portal has, as its scaffolder tells them. */
export interface KnownActions {
  ids: ReadonlySet<string>;
  /**
   * Plugins whose own actions the scaffolder offers too
   * (`backend.actions.pluginSources`). It leaves out those of a plugin that
   * does not answer.
   */
  pluginSources: readonly string[];
}

/** Most names that are told of an action that is not there. */
const MAX_NAMES = 3;

/**
 * Flags a step whose action the scaffolder does not have: the run would fail
 * there, after all that went before.
 *
 * @param path - of the step
 * @param known - the actions that there are
 */
export function checkAction(
  { action }: TemplateStep,
  path: string,
  { ids, pluginSources }: KnownActions,
): Problem[] {
  if (typeof action !== 'string' || action === '' || ids.has(action)) {
    return [];
  }
  const names = findNearest(action, ids);
  const remedy =
    names.length > 0
      ? `Did you mean ${names.join(' or ')}?`
      : 'All that there are stand at /create/actions.';
  const source = pluginSources.find(id => action.startsWith(`${id}:`));
  return [
    source === undefined
      ? {
          level: 'error',
          path: `${path}.action`,
          message: `The scaffolder has no action ${action}. ${remedy}`,
        }
      : {
          level: 'warning',
          path: `${path}.action`,
          message: `The scaffolder does not list the action ${action}. Either there is none, or the plugin ${source} did not answer. ${remedy}`,
        },
  ];
}

/** Ids that somebody may have meant, the nearest first. */
function findNearest(action: string, ids: ReadonlySet<string>): string[] {
  const most = Math.max(2, Math.floor(action.length / 3));
  return [...ids]
    .map(id => ({ id, distance: countEdits(action, id) }))
    .filter(({ distance }) => distance <= most)
    .sort(
      (one, other) =>
        one.distance - other.distance || one.id.localeCompare(other.id),
    )
    .slice(0, MAX_NAMES)
    .map(({ id }) => id);
}

/** How many letters to put in, take out or replace (Levenshtein's distance). */
function countEdits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let line = 1; line <= from.length; line++) {
    const next = [line];
    for (let column = 1; column <= to.length; column++) {
      const isSame = from[line - 1] === to[column - 1];
      next.push(
        Math.min(
          row[column - 1] + (isSame ? 0 : 1),
          row[column] + 1,
          next[column - 1] + 1,
        ),
      );
    }
    row = next;
  }
  return row[to.length];
}
