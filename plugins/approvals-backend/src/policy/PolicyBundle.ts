import { readFile } from 'node:fs/promises';
import { list } from 'tar';
import { z } from 'zod';
import { sha256 } from './canonicalJson';
import { PolicyError } from './PolicyError';

// Far above any policy, far below what would hurt: the shipped one has 0.2 MB.
const maximumUnpackedBytes = 16 * 1024 * 1024;

const manifestSchema = z.looseObject({
  revision: z.string().min(1),
  wasm: z
    .array(z.looseObject({ entrypoint: z.string(), module: z.string() }))
    .min(1),
});

/**
 * `.manifest` of a bundle; source: OPA's bundle file format.
 */
export type PolicyManifest = z.infer<typeof manifestSchema>;

/**
 * A compiled policy as `opa build -t wasm` packs it.
 *
 * @remarks
 * `revision` names the sources (a digest of them in the shipped bundle);
 * `content` is the file as read and `digest` its SHA-256; `data` is the whole data
 * document, whose `approval` the shipped policy reads.
 */
export type PolicyBundle = {
  revision: string;
  digest: string;
  content: Uint8Array;
  wasm: Uint8Array;
  data: Record<string, unknown>;
  manifest: PolicyManifest;
};

/**
 * Reads a bundle from a file or from its bytes.
 *
 * @throws PolicyError of kind `bundle`, saying what is wrong with it.
 */
export async function readPolicyBundle(
  source: string | Uint8Array,
): Promise<PolicyBundle> {
  const content = typeof source === 'string' ? await read(source) : source;
  const files = await unpack(content);
  const manifest = parse(files, '.manifest', manifestSchema);
  const wasm = files.get(withoutSlash(manifest.wasm[0].module));
  if (!wasm) {
    throw new PolicyError(
      'bundle',
      `The policy bundle holds no ${manifest.wasm[0].module}; build it with 'opa build -t wasm'`,
    );
  }
  return {
    revision: manifest.revision,
    digest: sha256(content),
    content,
    wasm,
    data: parse(files, 'data.json', z.record(z.string(), z.unknown())),
    manifest,
  };
}

async function read(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new PolicyError(
      'bundle',
      `The policy bundle ${path} could not be read`,
      error,
    );
  }
}

async function unpack(content: Uint8Array): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  let total = 0;
  try {
    await new Promise<void>((resolve, reject) => {
      const parser = list({
        strict: true,
        onReadEntry: entry => {
          const chunks: Buffer[] = [];
          entry.on('data', chunk => {
            total += chunk.length;
            if (total > maximumUnpackedBytes) {
              parser.abort(new Error('it unpacks to more than 16 MiB'));
            } else {
              chunks.push(chunk);
            }
          });
          entry.on('end', () =>
            files.set(withoutSlash(entry.path), Buffer.concat(chunks)),
          );
        },
      });
      parser.on('error', reject);
      parser.on('end', resolve);
      parser.end(Buffer.from(content));
    });
  } catch (error) {
    throw new PolicyError(
      'bundle',
      'The policy bundle is not a readable .tar.gz file',
      error,
    );
  }
  return files;
}

function parse<T>(
  files: Map<string, Uint8Array>,
  name: string,
  schema: z.ZodType<T>,
): T {
  const content = files.get(name);
  if (!content) {
    throw new PolicyError('bundle', `The policy bundle holds no ${name}`);
  }
  try {
    return schema.parse(JSON.parse(Buffer.from(content).toString('utf8')));
  } catch (error) {
    throw new PolicyError(
      'bundle',
      `The ${name} of the policy bundle is not as expected`,
      error,
    );
  }
}

function withoutSlash(path: string): string {
  return path.replace(/^\.?\//, '');
}
