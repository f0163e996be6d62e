import { Effect } from '@self-service/plugin-runs-common';

/** Some things are named by their address; its beginning says nothing. */
export function toShortName(name: string): string {
  return name.replace(/^https?:\/\/[^/]+\//, '');
}

/** What an effect is and its name, for sentences. */
export function nameEffect(effect: Effect): string {
  return `${effect.kind} ${toShortName(effect.name)}`;
}

/** Whether something of it exists, or may. */
export function isLive({ status }: Effect): boolean {
  return ['intended', 'created', 'undoing', 'undo-failed'].includes(status);
}
