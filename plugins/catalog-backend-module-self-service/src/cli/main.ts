/**
 * `npm run template:check`: checks template files, in anybody's CI. How it is
 * called stands in the README.
 */
import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ConfigReader } from '@backstage/config';
import { parse } from 'yaml';
import { readCheckOptions } from '../check/readCheckOptions';
import { checkFiles, Format, formatFindings } from './checkFiles';

const USAGE = `Usage: template:check [--config <app-config.yaml> …] [--format text|github] [--strict] [<file or folder> …]`;
const DEFAULT_CONFIG = 'app-config.yaml';
const DEFAULT_PATHS = ['templates'];

function readOptions() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      config: { type: 'string', multiple: true },
      format: { type: 'string', default: 'text' },
      strict: { type: 'boolean', default: false },
    },
  });
  if (!['text', 'github'].includes(values.format)) {
    throw new Error(`There is no format '${values.format}'.`);
  }
  const configs =
    values.config ?? (existsSync(DEFAULT_CONFIG) ? [DEFAULT_CONFIG] : []);
  return {
    format: values.format as Format,
    strict: values.strict,
    paths: positionals.length > 0 ? positionals : DEFAULT_PATHS,
    check: readCheckOptions(
      ConfigReader.fromConfigs(
        configs.map(path => ({
          context: path,
          data: parse(readFileSync(path, 'utf8')) ?? {},
        })),
      ),
    ),
  };
}

function run(): number {
  let options;
  let files;
  try {
    options = readOptions();
    files = checkFiles(options.paths, options.check);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${USAGE}\n`);
    return 2;
  }
  for (const line of formatFindings(files, options.format)) {
    process.stdout.write(`${line}\n`);
  }
  const found = files.flatMap(({ findings }) => findings);
  const errors = found.filter(({ level }) => level === 'error').length;
  const warnings = found.length - errors;
  process.stdout.write(
    `${files.length} templates, ${errors} errors, ${warnings} warnings\n`,
  );
  return errors > 0 || (options.strict && warnings > 0) ? 1 : 0;
}

process.exitCode = run();
