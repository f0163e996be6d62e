/**
 * The commands that ask a running backend about recorded decisions:
 *
 *   npm run policies -- replay   [--days 30]
 *   npm run policies -- backtest [--days 30] [--data FILE] [--overrides FILE] [--bundle FILE]
 *
 * Both take `--url` (default http://localhost:7007) and the token of a person
 * or of a service in the environment variable SELF_SERVICE_TOKEN, since what
 * is typed into a command line can be read by others.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const defaultUrl = 'http://localhost:7007';

/** A usage error or a refusal: its message is all that is shown. */
export class ReportError extends Error {}

function readOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      days: { type: 'string', default: '30' },
      data: { type: 'string' },
      overrides: { type: 'string' },
      bundle: { type: 'string' },
      url: { type: 'string', default: defaultUrl },
    },
  });
  return values;
}

async function ask(url, path, init = {}) {
  const token = process.env.SELF_SERVICE_TOKEN;
  const address = `${url.replace(/\/$/, '')}/api/approvals${path}`;
  let response;
  try {
    response = await fetch(address, {
      ...init,
      headers: {
        'content-type': 'application/json',
        ...(token ? { authorization: `Bearer ${token}` } : {}),
      },
    });
  } catch {
    throw new ReportError(
      `No backend answers at ${url}; start it, or name another by --url.`,
    );
  }
  const body = await response.json().catch(() => undefined);
  if (!response.ok) {
    const remedy =
      response.status === 401
        ? ' Set SELF_SERVICE_TOKEN to a token of the backend (backend.auth.externalAccess).'
        : '';
    throw new ReportError(
      `The backend answered ${response.status}: ${
        body?.error?.message ?? response.statusText
      }${remedy}`,
    );
  }
  return body;
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new ReportError(`${path} is not readable as JSON: ${error.message}`);
  }
}

function percent(share) {
  return `${(share * 100).toFixed(1)} %`;
}

/** What a backtest found, as lines of text. */
export function describeBacktest(report) {
  const titles = {
    'auto-approved': 'newly approved at once',
    routed: 'newly sent to people',
    denied: 'newly denied',
    'approvers-changed': 'sent to other people',
  };
  const lines = [
    `${report.checked} decisions since ${report.since}, ${report.unchanged} unchanged`,
  ];
  if (report.manualShare) {
    const { before, after } = report.manualShare;
    lines.push(`need people: ${percent(before)} -> ${percent(after)}`);
  }
  for (const [change, { count, examples }] of Object.entries(report.changes)) {
    lines.push(`${titles[change]}: ${count}`);
    for (const { title, taskId, before, after } of examples) {
      lines.push(`  ${title} [run ${taskId}]`);
      lines.push(...before.map(text => `    - ${text}`));
      lines.push(...after.map(text => `    + ${text}`));
    }
  }
  return lines;
}

/** What a replay found, as lines of text. */
export function describeReplay(report) {
  return [
    `${report.checked} decisions since ${report.since}: ${report.same} the same, ` +
      `${report.different} different, ${report.missing} that cannot be replayed`,
    ...report.differences.map(
      ({ title, taskId, problem }) => `  ${title} [run ${taskId}]: ${problem}`,
    ),
  ];
}

async function backtest(options) {
  const { days, data, overrides, bundle, url } = options;
  if (!data && !overrides && !bundle) {
    throw new ReportError(
      'Name what is proposed: --data, --overrides or --bundle.',
    );
  }
  const report = await ask(url, '/policy/backtest', {
    method: 'POST',
    body: JSON.stringify({
      days: Number(days),
      data: data && readJson(data),
      overrides: overrides && readJson(overrides),
      bundle: bundle && readFileSync(bundle).toString('base64'),
    }),
  });
  console.log(describeBacktest(report).join('\n'));
  return true;
}

async function replay({ days, url }) {
  const report = await ask(
    url,
    `/policy/replay?days=${encodeURIComponent(days)}`,
  );
  console.log(describeReplay(report).join('\n'));
  return report.different === 0 && report.missing === 0;
}

/**
 * Runs one of the commands and prints what it found.
 *
 * @param {'backtest' | 'replay'} command
 * @param {string[]} args what stands behind it
 * @returns {Promise<boolean>} false when decisions do not come out the same
 */
export async function report(command, args) {
  let options;
  try {
    options = readOptions(args);
  } catch (error) {
    throw new ReportError(error.message);
  }
  return command === 'backtest' ? backtest(options) : replay(options);
}
