/**
 * Builds, tests and digests the approval policy.
 *
 *   node scripts/policies.mjs build    compile policies/ to policies/bundle.tar.gz (needs opa)
 *   node scripts/policies.mjs test     run opa test policies (needs opa)
 *   node scripts/policies.mjs digest   print the digest of the sources
 *   node scripts/policies.mjs replay   ask a backend to decide recorded runs again
 *   node scripts/policies.mjs backtest ask it what another policy would have decided
 *
 * The bundle has the layout that `opa build -t wasm` gives it, so `opa` and the
 * wasm runtimes load it alike. It is packed again here with fixed times, order
 * and compression, so that equal sources give an equal file.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { findOpa } from './lib/opa.mjs';
import { report, ReportError } from './lib/policyReports.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const policies = join(root, 'policies');
const bundleFile = join(policies, 'bundle.tar.gz');
const dataFile = join(policies, 'approval', 'data.json');
const regoDirectory = join(policies, 'selfservice');
const entrypoint = 'selfservice/approval/decision';
const installHint =
  'opa was not found. Install it from https://www.openpolicyagent.org/docs/#1-download-opa or, with Go, by\n' +
  '  go install github.com/open-policy-agent/opa@v1.22.2\n' +
  'and put it on the PATH, or name it in OPA_PATH.';

/** Every file below a directory, as absolute paths. */
function filesBelow(directory) {
  return readdirSync(directory, { withFileTypes: true }).flatMap(entry => {
    const path = join(directory, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

/**
 * SHA-256 of what the bundle is made from: the Rego files and the data, by
 * sorted path. Line ends are unified, as git may rewrite them on checkout.
 */
function sourcesDigest() {
  const sources = [
    ...filesBelow(regoDirectory).filter(path => path.endsWith('.rego')),
    dataFile,
  ]
    .map(path => [relative(policies, path).split(sep).join('/'), path])
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const hash = createHash('sha256');
  for (const [name, path] of sources) {
    const text = readFileSync(path, 'utf8').replaceAll('\r\n', '\n');
    hash.update(`${name}\0${Buffer.byteLength(text)}\0${text}`);
  }
  return hash.digest('hex');
}

/** Reads the regular files of an uncompressed ustar archive, as name and content. */
function readTar(archive) {
  const entries = [];
  for (
    let offset = 0;
    offset + 512 <= archive.length && archive[offset] !== 0;

  ) {
    const header = archive.subarray(offset, offset + 512);
    const field = (start, length) =>
      header.toString('utf8', start, start + length).replace(/\0.*$/s, '');
    const size = parseInt(field(124, 12).trim(), 8);
    entries.push({
      name: field(0, 100),
      content: archive.subarray(offset + 512, offset + 512 + size),
    });
    offset += 512 + Math.ceil(size / 512) * 512;
  }
  return entries;
}

/** Writes a ustar archive in which nothing but names and contents differs. */
function writeTar(entries) {
  const blocks = entries.flatMap(({ name, content }) => {
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write('0000644\0', 100);
    header.write('0000000\0', 108);
    header.write('0000000\0', 116);
    header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
    header.write('00000000000\0', 136);
    header.write('        ', 148);
    header.write('0', 156);
    header.write('ustar\x0000', 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return [
      header,
      content,
      Buffer.alloc((512 - (content.length % 512)) % 512),
    ];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

/** Names of the builtins that the compiled policy would ask its host for. */
async function hostBuiltins(wasm) {
  const memory = new WebAssembly.Memory({ initial: 5 });
  const absent = () => 0;
  const names = ['opa_abort', 'opa_println', 0, 1, 2, 3, 4].map(name =>
    typeof name === 'number' ? `opa_builtin${name}` : name,
  );
  const env = {
    memory,
    ...Object.fromEntries(names.map(name => [name, absent])),
  };
  const { exports } = (await WebAssembly.instantiate(wasm, { env })).instance;
  const text = Buffer.from(
    memory.buffer,
    exports.opa_json_dump(exports.builtins()),
  );
  return Object.keys(JSON.parse(text.toString('utf8', 0, text.indexOf(0))));
}

async function build(opa) {
  const work = mkdtempSync(join(tmpdir(), 'policy-'));
  try {
    const raw = join(work, 'bundle.tar.gz');
    const revision = sourcesDigest();
    execFileSync(
      opa,
      [
        'build',
        '-t',
        'wasm',
        '-e',
        entrypoint,
        '--revision',
        revision,
        '-o',
        raw,
        'selfservice',
        'approval:approval/data.json',
      ],
      { cwd: policies, stdio: 'inherit' },
    );
    const entries = readTar(gunzipSync(readFileSync(raw))).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    );
    const wasm = entries.find(({ name }) => name === '/policy.wasm').content;
    const needed = await hostBuiltins(wasm);
    if (needed.length > 0) {
      throw new Error(
        `The policy may not use ${needed.join(
          ', ',
        )}: the wasm runtime leaves these to its host.`,
      );
    }
    const bundle = gzipSync(writeTar(entries), { level: 9 });
    bundle[9] = 255; // the "made on" byte of gzip, which differs from system to system
    writeFileSync(bundleFile, bundle);
    console.log(
      `Wrote ${relative(root, bundleFile)} (${Math.ceil(
        bundle.length / 1024,
      )} KiB), revision ${revision}`,
    );
  } finally {
    rmSync(work, { recursive: true });
  }
}

function test(opa) {
  execFileSync(opa, ['check', '--strict', 'selfservice', 'tests'], {
    cwd: policies,
    stdio: 'inherit',
  });
  // Its default of 5 s a test is too little for the tables on a busy machine.
  const options = ['--timeout', '2m', '--ignore', 'bundle.tar.gz'];
  execFileSync(opa, ['test', ...options, '.'], {
    cwd: policies,
    stdio: 'inherit',
  });
}

/** `npm run policies -- replay` arrives here as `build replay`. */
function readCommand() {
  const [first, second, ...rest] = process.argv.slice(2);
  return first === 'build' && ['replay', 'backtest'].includes(second)
    ? { command: second, args: rest }
    : { command: first, args: [second, ...rest].filter(Boolean) };
}

const { command, args } = readCommand();
if (command === 'digest') {
  console.log(sourcesDigest());
} else if (command === 'replay' || command === 'backtest') {
  try {
    process.exitCode = (await report(command, args)) ? 0 : 1;
  } catch (error) {
    console.error(error instanceof ReportError ? error.message : error);
    process.exitCode = 2;
  }
} else if (command === 'build' || command === 'test') {
  const opa = findOpa();
  if (!opa) {
    console.error(installHint);
    process.exit(1);
  }
  try {
    await (command === 'build' ? build(opa) : test(opa));
  } catch (error) {
    // opa has printed its own message; the status is all that its error adds.
    if (error.status === undefined) console.error(error.message);
    process.exit(1);
  }
} else {
  console.error(
    'Usage: node scripts/policies.mjs build | test | digest | replay | backtest',
  );
  process.exit(2);
}
