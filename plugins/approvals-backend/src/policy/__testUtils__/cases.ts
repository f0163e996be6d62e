import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from './shippedBundle';

type JsonObject = Record<string, unknown>;

/** One row of policies/cases; see policies/README.md. */
export type PolicyCase = {
  name: string;
  now?: unknown;
  request?: JsonObject;
  absent?: string[];
  input?: unknown;
  data?: JsonObject;
  absentData?: string[];
  expect: unknown;
  params?: Record<string, unknown>;
  result?: unknown;
};

const directory = join(repositoryRoot, 'policies/cases');

/** Every group of cases, by name. */
export function readCases(): [string, PolicyCase[]][] {
  return readdirSync(directory)
    .filter(file => file.endsWith('.json'))
    .flatMap(file => Object.entries(readJson<object>(join(directory, file))))
    .map(([group, cases]) => [group, cases]);
}

/** What a case changes: a request that is approved, and the contract's data. */
export const fixture = readJson<{
  input: { now: string; request: JsonObject };
  approval: JsonObject;
}>(join(directory, 'fixture/data.json'));

/** The input of a case. */
export function inputOf(row: PolicyCase): unknown {
  if ('input' in row) {
    return row.input;
  }
  const { now, request } = fixture.input;
  return {
    now: 'now' in row ? row.now : now,
    request: changed(request, row.request, row.absent),
  };
}

/** The data document of a case. */
export function dataOf(row: PolicyCase): { approval: JsonObject } {
  return { approval: changed(fixture.approval, row.data, row.absentData) };
}

function changed(
  base: JsonObject,
  patch: JsonObject = {},
  absent: string[] = [],
): JsonObject {
  // By Map, as a case may well be about a key named __proto__.
  const entries = new Map([...Object.entries(base), ...Object.entries(patch)]);
  absent.forEach(key => entries.delete(key));
  return Object.fromEntries(entries);
}

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8'));
}
