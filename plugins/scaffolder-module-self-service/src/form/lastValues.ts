import {
  StorageApi,
  StorageValueSnapshot,
} from '@backstage/frontend-plugin-api';
import { JsonObject, JsonValue } from '@backstage/types';

const BUCKET = 'self-service-form';
const WAIT_MILLISECONDS = 1_000;

/** Whose last values, of which form. */
export interface LastValuesKey {
  /** Entity ref of the person: several may share a browser. */
  userRef: string;
  templateRef: string;
}

function nameKey({ userRef, templateRef }: LastValuesKey): string {
  return `${userRef} ${templateRef}`;
}

function readValues(
  snapshot: StorageValueSnapshot<JsonObject>,
): Record<string, JsonValue> {
  const { value } = snapshot;
  return typeof value === 'object' && !Array.isArray(value)
    ? (value as Record<string, JsonValue>)
    : {};
}

/**
 * What a person chose in a form the last time; nothing if the storage does not
 * answer within a second, since a form must not wait for it.
 */
export async function readLastValues(
  storageApi: StorageApi,
  key: LastValuesKey,
): Promise<Record<string, JsonValue>> {
  const bucket = storageApi.forBucket(BUCKET);
  const snapshot = bucket.snapshot<JsonObject>(nameKey(key));
  if (snapshot.presence !== 'unknown') {
    return readValues(snapshot);
  }
  return new Promise(resolve => {
    const subscription = bucket
      .observe$<JsonObject>(nameKey(key))
      .subscribe(known => resolve(readValues(known)));
    setTimeout(() => {
      subscription.unsubscribe();
      resolve({});
    }, WAIT_MILLISECONDS);
  });
}

/**
 * Keeps what a person chose in a form for the next time.
 *
 * @param values - only what was chosen, see `pickRememberable`
 */
export async function keepLastValues(
  storageApi: StorageApi,
  key: LastValuesKey,
  values: Record<string, JsonValue>,
): Promise<void> {
  await storageApi.forBucket(BUCKET).set(nameKey(key), values);
}

/** Forgets what a person chose in a form. */
export async function forgetLastValues(
  storageApi: StorageApi,
  key: LastValuesKey,
): Promise<void> {
  await storageApi.forBucket(BUCKET).remove(nameKey(key));
}
