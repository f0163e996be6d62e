import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { RuleGroup } from '../rules';

/** Prometheus' own checker: `PROMTOOL_PATH`, or on the PATH; see README. */
export function findPromtool(): string | undefined {
  return [process.env.PROMTOOL_PATH, 'promtool'].find(
    candidate => candidate && spawnSync(candidate, ['--version']).status === 0,
  );
}

/**
 * Whether tests fail without promtool: in CI, where nobody reads that they
 * were left out. `npm test`, which sets `CI` for Jest, says by
 * `PROMTOOL_OPTIONAL` that it runs on a developer's machine.
 */
export function isPromtoolRequired(): boolean {
  const { CI, PROMTOOL_OPTIONAL } = process.env;
  return Boolean(CI) && CI !== 'false' && !PROMTOOL_OPTIONAL;
}

/** What promtool says of rules, and of how they answer to series. */
export interface PromtoolResult {
  passed: boolean;
  output: string;
}

/**
 * Checks rule groups, and runs unit tests on them
 * (https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/).
 *
 * @param tests - entries of `tests`; none only checks the groups
 */
export function runPromtool(
  promtool: string,
  groups: readonly RuleGroup[],
  tests: readonly object[] = [],
): PromtoolResult {
  const directory = mkdtempSync(join(tmpdir(), 'promtool-'));
  try {
    const rules = join(directory, 'rules.yaml');
    writeFileSync(rules, stringify({ groups }));
    const suite = join(directory, 'tests.yaml');
    writeFileSync(
      suite,
      stringify({ rule_files: [rules], evaluation_interval: '1m', tests }),
    );
    const runs = [
      spawnSync(promtool, ['check', 'rules', rules], { encoding: 'utf8' }),
      ...(tests.length > 0
        ? [spawnSync(promtool, ['test', 'rules', suite], { encoding: 'utf8' })]
        : []),
    ];
    return {
      passed: runs.every(({ status }) => status === 0),
      output: runs.map(({ stdout, stderr }) => `${stdout}${stderr}`).join('\n'),
    };
  } finally {
    rmSync(directory, { recursive: true });
  }
}
