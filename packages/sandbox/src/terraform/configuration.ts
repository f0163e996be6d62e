import { posix } from 'node:path';
import { CustomErrorBase } from '@backstage/errors';

/** What a project asks for: one call of `modules/postgresql`. */
export interface DesiredDatabase {
  /** As written, for example `orders`. */
  name: string;
  environment: string;
  size: string;
}

/** A configuration that the runner does not accept; worded as Terraform would. */
export class ConfigurationError extends CustomErrorBase {
  name = 'ConfigurationError' as const;
}

interface Block {
  type: string;
  labels: string[];
  body: string;
}

const SIZES = ['small', 'medium', 'large'];
const REQUIRED = ['name', 'environment', 'size'];

/**
 * Reads the few forms of Terraform that the runner understands.
 *
 * @remarks
 * A project is one `module` block that calls `modules/postgresql` with literal
 * strings; `output` and `terraform` blocks are accepted and ignored. This is no
 * HCL parser: anything else is an error, so that nothing is silently left out.
 *
 * @param directory - the project's path in the repository
 * @param files - content of its `*.tf` files by name
 * @returns undefined when there is nothing in the project
 * @throws ConfigurationError
 */
export function parseProject(
  directory: string,
  files: Record<string, string>,
): DesiredDatabase | undefined {
  const blocks = Object.entries(files).flatMap(([name, content]) =>
    parseBlocks(name, content),
  );
  const modules = blocks.filter(block => block.type === 'module');
  const unknown = blocks.find(
    block => !['module', 'output', 'terraform'].includes(block.type),
  );
  if (unknown) {
    throw new ConfigurationError(
      `Error: Unsupported block type\n\nBlocks of type "${unknown.type}" are not expected here. This runner only understands calls of modules/postgresql.`,
    );
  }
  if (modules.length === 0) {
    return undefined;
  }
  if (modules.length > 1) {
    throw new ConfigurationError(
      'Error: Too many modules\n\nThis runner accepts one module call in a project.',
    );
  }
  return readModule(directory, modules[0]);
}

function readModule(directory: string, block: Block): DesiredDatabase {
  const values = parseArguments(block);
  const source = posix.join(directory, values.source ?? '');
  if (values.source === undefined || source !== 'modules/postgresql') {
    throw new ConfigurationError(
      `Error: Module not installed\n\nThe module source ${JSON.stringify(
        values.source,
      )} does not lead to modules/postgresql.`,
    );
  }
  for (const name of Object.keys(values)) {
    if (name !== 'source' && !REQUIRED.includes(name)) {
      throw new ConfigurationError(
        `Error: Unsupported argument\n\nAn argument named "${name}" is not expected here.`,
      );
    }
  }
  for (const name of REQUIRED) {
    if (!values[name]) {
      throw new ConfigurationError(
        `Error: Missing required argument\n\nThe argument "${name}" is required, but no definition was found.`,
      );
    }
  }
  if (!/^[a-z][a-z0-9-]{0,50}$/.test(values.name)) {
    throw invalidValue(
      'name',
      'must be lower case letters, digits and hyphens',
    );
  }
  if (!SIZES.includes(values.size)) {
    throw invalidValue('size', `must be one of ${SIZES.join(', ')}`);
  }
  const { name, environment, size } = values;
  return { name, environment, size };
}

function parseBlocks(file: string, content: string): Block[] {
  const text = content.replace(/^\s*(#|\/\/).*$/gm, '');
  const blocks: Block[] = [];
  let rest = text.trim();
  while (rest !== '') {
    const head = rest.match(/^([a-z_]+)((?:\s+"[^"]*")*)\s*\{/);
    const end = head ? closingBrace(rest, head[0].length) : -1;
    if (!head || end < 0) {
      throw new ConfigurationError(
        `Error: Invalid block definition\n\n  on ${file}: ${
          rest.split('\n')[0]
        }`,
      );
    }
    blocks.push({
      type: head[1],
      labels: [...head[2].matchAll(/"([^"]*)"/g)].map(match => match[1]),
      body: rest.slice(head[0].length, end),
    });
    rest = rest.slice(end + 1).trim();
  }
  return blocks;
}

function closingBrace(text: string, from: number): number {
  let depth = 1;
  let quoted = false;
  for (let index = from; index < text.length; index += 1) {
    const character = text[index];
    if (character === '"' && text[index - 1] !== '\\') {
      quoted = !quoted;
    } else if (!quoted && character === '{') {
      depth += 1;
    } else if (!quoted && character === '}') {
      depth -= 1;
      if (depth === 0) {
        return index;
      }
    }
  }
  return -1;
}

function parseArguments(block: Block): Record<string, string> {
  const values: Record<string, string> = {};
  for (const line of block.body.split('\n')) {
    if (line.trim() === '') {
      continue;
    }
    const match = line.match(/^\s*([a-z_]+)\s*=\s*"([^"\\$]*)"\s*$/);
    if (!match) {
      throw new ConfigurationError(
        `Error: Invalid expression\n\nThis runner only understands literal strings: ${line.trim()}`,
      );
    }
    values[match[1]] = match[2];
  }
  return values;
}

function invalidValue(name: string, rule: string): ConfigurationError {
  return new ConfigurationError(
    `Error: Invalid value for variable\n\nThe variable "${name}" ${rule}.`,
  );
}
