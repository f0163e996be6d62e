import { useApi } from '@backstage/frontend-plugin-api';
import { LiveQuery, useLiveQuery } from '@self-service/plugin-approvals';
import { ProviderList, ProviderStatus } from '@self-service/plugin-runs-common';
import { useCallback, useRef } from 'react';
import { providersApiRef } from '../api/ProvidersApi';

const POLL_MILLISECONDS = 30_000;

/** The installed providers, kept up to date. */
export function useProviders(): Omit<LiveQuery<ProviderList>, 'setValue'> & {
  /** Takes the answer of a check in place of what is known of its provider. */
  replace(checked: ProviderStatus): void;
} {
  const providersApi = useApi(providersApiRef);
  const load = useCallback(
    (signal: AbortSignal) => providersApi.listProviders({ signal }),
    [providersApi],
  );
  const { setValue, ...query } = useLiveQuery(load, {
    everyMilliseconds: POLL_MILLISECONDS,
  });
  // A check ends long after its button was drawn, maybe together with another.
  const newest = useRef(query.value);
  newest.current = query.value;
  const replace = (checked: ProviderStatus) => {
    newest.current = {
      providers: (newest.current?.providers ?? []).map(provider =>
        provider.capability === checked.capability && provider.id === checked.id
          ? checked
          : provider,
      ),
    };
    setValue(newest.current);
  };
  return { ...query, replace };
}
