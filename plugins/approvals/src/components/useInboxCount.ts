import { useApi } from '@backstage/frontend-plugin-api';
import { useCallback } from 'react';
import { approvalsApiRef } from '../api/ApprovalsApi';
import { useLiveQuery } from '../ui';
import { useApprovalsSignal } from './useApprovalsSignal';

const POLL_MILLISECONDS = 30_000;

/**
 * How many requests wait for the signed-in person, kept up to date.
 *
 * @returns `undefined` as long as it is not known
 * @public
 */
export function useInboxCount(): number | undefined {
  const approvalsApi = useApi(approvalsApiRef);
  const load = useCallback(
    (signal: AbortSignal) => approvalsApi.countInbox({ signal }),
    [approvalsApi],
  );
  return useLiveQuery(load, {
    everyMilliseconds: POLL_MILLISECONDS,
    signal: useApprovalsSignal(),
  }).value;
}
