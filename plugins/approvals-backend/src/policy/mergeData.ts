import type { PolicyFreeze } from './dataSchema';

type JsonObject = Record<string, unknown>;

/**
 * Puts overrides on data: objects are merged, `null` removes a key, anything
 * else (lists too) replaces what was there.
 *
 * @remarks
 * Source of the rule: RFC 7396, JSON Merge Patch.
 */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) {
    return patch;
  }
  const merged = new Map(Object.entries(isObject(target) ? target : {}));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) {
      merged.delete(key);
    } else if (value !== undefined) {
      merged.set(key, mergePatch(merged.get(key), value));
    }
  }
  return Object.fromEntries(merged);
}

/**
 * The data that policy decides with: what the bundle ships, changed by the
 * overrides of `approval`, with further freezes behind its own.
 *
 * @remarks
 * The result is not checked here; loading the engine with it does so.
 */
export function effectiveData(
  shipped: JsonObject,
  overrides: JsonObject | undefined,
  freezes: readonly PolicyFreeze[],
): JsonObject {
  const approval = mergePatch(shipped.approval, overrides ?? {});
  if (!isObject(approval) || freezes.length === 0) {
    return { ...shipped, approval };
  }
  const own = Array.isArray(approval.freezes) ? approval.freezes : [];
  return {
    ...shipped,
    approval: { ...approval, freezes: [...own, ...freezes] },
  };
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
