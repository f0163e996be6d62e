import { ConflictError } from '@backstage/errors';
import { CallOptions } from '@self-service/plugin-providers-node';
import { z } from 'zod';
import { RunDocument } from './documents';
import { HcpClient } from './HcpClient';

/** Actions are answered 202 and take effect later; 409 in another state. */
async function act(
  client: HcpClient,
  { run }: RunDocument,
  action: 'apply' | 'discard' | 'cancel',
  { signal }: CallOptions,
): Promise<void> {
  try {
    await client.call({
      action: `${action} run ${run.id}`,
      method: 'POST',
      path: ['runs', run.id, 'actions', action],
      body: {},
      answer: z.unknown(),
      signal,
    });
  } catch (error) {
    // Somebody was faster; the next look says what came of it.
    if (!(error instanceof ConflictError)) {
      throw error;
    }
  }
}

/** Confirms the plan of a run, which is applied then. */
export async function confirmRun(
  client: HcpClient,
  document: RunDocument,
  options: CallOptions,
): Promise<void> {
  await act(client, document, 'apply', options);
}

/** Discards a run that waits to be confirmed, or cancels one that is under way. */
export async function stopRun(
  client: HcpClient,
  document: RunDocument,
  options: CallOptions,
): Promise<void> {
  const { actions } = document.run.attributes;
  if (actions?.['is-discardable']) {
    await act(client, document, 'discard', options);
  } else if (actions?.['is-cancelable']) {
    await act(client, document, 'cancel', options);
  }
}
