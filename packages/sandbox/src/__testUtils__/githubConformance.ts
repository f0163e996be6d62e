import { readFileSync } from 'node:fs';
import { OpenApiConformance } from './OpenApiConformance';

/**
 * Checks requests and answers against GitHub's published OpenAPI description.
 *
 * @remarks
 * Source: `@octokit/openapi`, `api.github.com`.
 */
export function createGitHubConformance(): OpenApiConformance {
  const file = require.resolve(
    '@octokit/openapi/generated/api.github.com.json',
  );
  return new OpenApiConformance({
    vendor: 'GitHub',
    description: JSON.parse(readFileSync(file, 'utf8')),
    error: 'basic-error',
    freeParameters: ['path', 'ref', 'branch', 'basehead', 'tree_sha'],
  });
}
