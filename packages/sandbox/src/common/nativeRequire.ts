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

/**
 * Makes plain objects and arrays look like the process's own to packages that
 * `nativeRequire` loaded.
 *
 * @remarks
 * Jest runs tests in a context with an `Object` of its own, which a check for
 * plain objects does not recognise. Outside Jest this changes nothing.
 *
 * @param value - changed in place, deeply; functions are left alone
 */
export function inMainRealm<T>(value: T): T {
  const { runInThisContext } = process.getBuiltinModule('node:vm');
  const prototypes = {
    object: runInThisContext('Object.prototype'),
    array: runInThisContext('Array.prototype'),
  };
  const visit = (item: unknown): void => {
    if (typeof item !== 'object' || item === null) {
      return;
    }
    if (Array.isArray(item)) {
      Object.setPrototypeOf(item, prototypes.array);
    } else if (Object.getPrototypeOf(item) === Object.prototype) {
      Object.setPrototypeOf(item, prototypes.object);
    }
    Object.values(item).forEach(visit);
  };
  visit(value);
  return value;
}
