import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { resolvePackagePath } from '@backstage/backend-plugin-api';

const FILES = ['app-config.yaml', 'app-config.gitlab.yaml'];

/** Keys of configuration whose values nobody may see. */
const SECRET =
  /^\s*(?:- )?(token|\w+Token|\w*[sS]ecret|secretsKey|secretId|secretAccessKey|apiKey|applicationKey|password): *(\S+)$/gm;

/**
 * With what the portal of the tests signs in to the vendors of either stack,
 * and knows them by, as the configuration has it.
 *
 * @returns the values, each once
 */
export function readConfiguredSecrets(): string[] {
  const values = FILES.flatMap(file => {
    const path = join(resolvePackagePath('e2e', '../sandbox'), file);
    return [...readFileSync(path, 'utf8').matchAll(SECRET)];
  }).map(([, , value]) => value);
  return [...new Set(values)];
}
