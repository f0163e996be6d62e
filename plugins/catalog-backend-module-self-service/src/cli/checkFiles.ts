import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { TemplateCheckOptions } from '../check/checkTemplate';
import { checkText, Finding } from './checkText';

/** A template file and what is wrong with it. */
export interface CheckedFile {
  path: string;
  findings: Finding[];
}

const SKIPPED = new Set(['node_modules', '.git', 'dist']);

/**
 * Checks the template files that paths name or that lie below them.
 *
 * @param paths - files and folders
 * @throws the file system's error for a path that is not there
 */
export function checkFiles(
  paths: readonly string[],
  options: TemplateCheckOptions,
): CheckedFile[] {
  return paths.flatMap(listYaml).flatMap(path => {
    const findings = checkText(readFileSync(path, 'utf8'), options);
    return findings ? [{ path, findings }] : [];
  });
}

function listYaml(path: string): string[] {
  if (!statSync(path).isDirectory()) {
    return [path];
  }
  return readdirSync(path, { withFileTypes: true })
    .filter(({ name }) => !SKIPPED.has(name))
    .sort((one, other) => one.name.localeCompare(other.name))
    .flatMap(entry => {
      const below = join(path, entry.name);
      if (entry.isDirectory()) {
        return listYaml(below);
      }
      return /\.ya?ml$/.test(entry.name) ? [below] : [];
    });
}

/** How findings are written: for people, or as GitHub shows them in a diff. */
export type Format = 'text' | 'github';

/** One line a finding. */
export function formatFindings(
  files: readonly CheckedFile[],
  format: Format,
): string[] {
  return files.flatMap(({ path, findings }) =>
    findings.map(({ level, line, column, path: place, message }) =>
      format === 'github'
        ? `::${level} file=${path},line=${line},col=${column}::${escape(
            `${place}: ${message}`,
          )}`
        : `${path}:${line}:${column}: ${level}: ${place}: ${message}`,
    ),
  );
}

/**
 * @see https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 */
function escape(text: string): string {
  return text
    .replaceAll('%', '%25')
    .replaceAll('\r', '%0D')
    .replaceAll('\n', '%0A');
}
