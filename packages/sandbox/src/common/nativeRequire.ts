/**
 * Loads a package that is published as ECMAScript modules only.
 *
 * @remarks
 * Jest's own module loader cannot `require` such packages, while Node can. The
 * sandbox runs both as a process of its own and inside other packages' tests,
 * so it asks Node's loader directly. The result is the module namespace, whose
 * default export is under `default`.
 *
 * @param name - package name, resolved from this package
 * @returns the module namespace object
 */
export function nativeRequire<T>(name: string): T {
  const { createRequire } = process.getBuiltinModule('node:module');
  return createRequire(__filename)(name) as T;
}
