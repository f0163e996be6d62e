import { Entity } from '@backstage/catalog-model';
import {
  Document,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
} from 'yaml';
import { checkTemplate, TemplateCheckOptions } from '../check/checkTemplate';
import { Problem } from '../check/problem';
import { isTemplate } from '../template';

/** A problem and its place in the file. */
export interface Finding extends Problem {
  /** From 1. */
  line: number;
  /** From 1. */
  column: number;
}

/** What `path` is for text that is no YAML at all. */
const WHOLE_DOCUMENT = 'document';

/**
 * Checks every template in a YAML text; documents of other kinds are left
 * alone.
 *
 * @param text - of one or several documents
 * @param options - see {@link TemplateCheckOptions}
 * @returns what is wrong, by line; `undefined` where there is no template
 */
export function checkText(
  text: string,
  options: TemplateCheckOptions,
): Finding[] | undefined {
  // What a template renders may be no YAML, and is not to be checked.
  if (!/^kind:\s*['"]?Template\b/m.test(text)) {
    return undefined;
  }
  const lineCounter = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter });
  const findings = [...documents].flatMap(document => {
    if (document.errors.length > 0) {
      return document.errors.map(({ message, pos }) =>
        locate(
          {
            level: 'error',
            path: WHOLE_DOCUMENT,
            // The rest of it draws the place.
            message: `This is not YAML: ${message.split('\n')[0]}`,
          },
          pos[0],
          lineCounter,
        ),
      );
    }
    const entity = document.toJS() as Entity;
    return isTemplate(entity ?? {})
      ? checkTemplate(entity, options).map(problem =>
          locate(problem, findOffset(document, problem.path), lineCounter),
        )
      : [];
  });
  return findings.sort(
    (one, other) => one.line - other.line || one.column - other.column,
  );
}

function locate(
  problem: Problem,
  offset: number,
  lineCounter: LineCounter,
): Finding {
  const { line, col } = lineCounter.linePos(offset);
  return { ...problem, line, column: col };
}

/**
 * Where a path begins: the key of its last part. A part that is not there (what
 * is missing has no place) gives the one that it is missing in.
 */
function findOffset(document: Document, path: string): number {
  let node: unknown = document.contents;
  let offset = document.range?.[0] ?? 0;
  for (const part of path.match(/[^.[\]]+/g) ?? []) {
    if (isMap(node)) {
      const pair = node.items.find(
        ({ key }) => isScalar(key) && String(key.value) === part,
      );
      if (!pair || !isScalar(pair.key)) {
        break;
      }
      offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      const item = node.items[Number(part)];
      const range = (item as { range?: [number, number, number] } | undefined)
        ?.range;
      if (!range) {
        break;
      }
      offset = range[0];
      node = item;
    } else {
      break;
    }
  }
  return offset;
}
