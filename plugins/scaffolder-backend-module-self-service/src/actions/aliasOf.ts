import { TemplateAction } from '@backstage/plugin-scaffolder-node';
import { callAs } from '../run/calledAs';

/**
 * The same action under another id, so that templates which name it by that
 * keep working.
 *
 * @param action - under its own id, which names no vendor
 * @param id - the other one, for example `vault:create-secret`
 */
export function aliasOf<Action extends TemplateAction<any, any, any>>(
  action: Action,
  id: string,
): Action {
  return {
    ...action,
    id,
    description: `${action.description ?? ''} Another name of ${action.id}.`,
    examples: undefined,
    // Admission compares with what stands in the task.
    handler: ctx => action.handler(callAs(ctx, id)),
  };
}
