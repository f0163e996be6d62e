/**
 * The key under which a provider finds again what a step of a run made.
 * Providers write it into texts of their own, so it keeps to a few characters.
 *
 * @param inputDigest - of the rendered step input, see `ClaimEffect`
 * @public
 */
export function toRunKey(
  taskId: string,
  stepId: string,
  inputDigest: string,
): string {
  const step = stepId.replace(/[^A-Za-z0-9._]+/g, '-');
  return `${taskId}/${step}/${inputDigest.slice(0, 12)}`;
}
