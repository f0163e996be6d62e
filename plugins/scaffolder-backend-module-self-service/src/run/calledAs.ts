const CALLED_AS = Symbol('self-service.called-as');

/** Marks a context as that of an action which the template names by `id`. */
export function callAs<Context extends object>(
  ctx: Context,
  id: string,
): Context {
  return { ...ctx, [CALLED_AS]: id };
}

/**
 * The id by which the template names an action: one that has several is
 * admitted by that which stands in the task.
 *
 * @param own - the id of its own
 */
export function calledAs(ctx: object, own: string): string {
  return (ctx as { [CALLED_AS]?: string })[CALLED_AS] ?? own;
}
