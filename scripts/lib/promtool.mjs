import { spawnSync } from 'node:child_process';

/**
 * Whether promtool is there: PROMTOOL_PATH, or the PATH. The tests of
 * Prometheus rules look for it in the same places.
 */
export function hasPromtool() {
  return [process.env.PROMTOOL_PATH, 'promtool']
    .filter(Boolean)
    .some(candidate => spawnSync(candidate, ['--version']).status === 0);
}
