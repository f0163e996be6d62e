import { spawnSync } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * The opa to run: OPA_PATH, the PATH, or Go's default folder.
 *
 * @returns {string | undefined} `undefined` without one
 */
export function findOpa() {
  const candidates = [
    process.env.OPA_PATH,
    'opa',
    join(homedir(), 'go', 'bin', 'opa'),
  ];
  return candidates
    .filter(Boolean)
    .find(candidate => spawnSync(candidate, ['version']).status === 0);
}
