/** Runs Jest and reads what came of it. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { runCommand } from './toolchain.mjs';

/**
 * @typedef {object} Counts
 * @property {number} passed
 * @property {number} failed - tests, and files that could not be run at all
 */

/**
 * @param {object} options
 * @param {string[]} options.command - starts Jest
 * @param {NodeJS.ProcessEnv} options.env
 * @param {string} options.reportFile - absolute path
 * @param {string} [options.cwd]
 * @returns {Promise<Counts & { testResults: any[] }>}
 */
export async function runJest({ command, env, reportFile, cwd }) {
  rmSync(reportFile, { force: true });
  const status = await runCommand(
    [...command, '--json', `--outputFile=${reportFile}`],
    { env, cwd },
  );
  if (!existsSync(reportFile)) {
    return { passed: 0, failed: 1, testResults: [] };
  }
  const report = JSON.parse(readFileSync(reportFile, 'utf8'));
  const failed = report.numFailedTests + report.numRuntimeErrorTestSuites;
  return {
    passed: report.numPassedTests,
    // Jest may fail for a reason that it does not count.
    failed: status !== 0 && failed === 0 ? 1 : failed,
    testResults: report.testResults,
  };
}

/**
 * Test files that mean to run on PostgreSQL and did not: `TestDatabases`
 * leaves it out without a word where it cannot be reached.
 *
 * @param {any[]} testResults - of Jest's JSON report
 * @returns {string[]} their paths
 */
export function filesWithoutPostgres(testResults) {
  return testResults
    .filter(({ name }) => readFileSync(name, 'utf8').includes('POSTGRES_18'))
    .filter(({ name }) =>
      // a file that takes its databases one by one names none in its titles
      readFileSync(name, 'utf8').includes('describe.each('),
    )
    .filter(
      ({ assertionResults }) =>
        !assertionResults.some(
          ({ status, fullName }) =>
            status === 'passed' && fullName.includes('POSTGRES_18'),
        ),
    )
    .map(({ name }) => name);
}

/**
 * The closing line of every test run.
 *
 * @param {Counts} counts
 */
export function printCounts({ passed, failed }) {
  process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
}
