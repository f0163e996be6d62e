/**
 * Builtins that the wasm runtime brings along for a policy that asks its host.
 *
 * @remarks
 * Source: `src/builtins` of `@open-policy-agent/opa-wasm` 1.10.
 */
const provided = new Set([
  'json.is_valid',
  'regex.split',
  'sprintf',
  'yaml.is_valid',
  'yaml.marshal',
  'yaml.unmarshal',
]);

/**
 * Names the builtins that a compiled policy needs and nobody provides: without
 * this check only the requests that come across one would show it.
 *
 * @throws when the module is no compiled policy
 */
export function missingBuiltins(module: WebAssembly.Module): string[] {
  const memory = new WebAssembly.Memory({ initial: 5 });
  const absent = () => 0;
  const imports = ['abort', 'println', ...[0, 1, 2, 3, 4].map(arity)].map(
    name => [`opa_${name}`, absent] as const,
  );
  const { exports } = new WebAssembly.Instance(module, {
    env: { memory, ...Object.fromEntries(imports) },
  });
  const call = (name: string, ...values: number[]) =>
    (exports[name] as (...values: number[]) => number)(...values);
  const text = Buffer.from(
    memory.buffer,
    call('opa_json_dump', call('builtins')),
  );
  const names: object = JSON.parse(text.toString('utf8', 0, text.indexOf(0)));
  return Object.keys(names).filter(name => !provided.has(name));
}

function arity(count: number): string {
  return `builtin${count}`;
}
