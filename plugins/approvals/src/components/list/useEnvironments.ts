import { useApi } from '@backstage/frontend-plugin-api';
import { useEffect, useState } from 'react';
import { policyApiRef } from '../../api/PolicyApi';

/** Those of the shipped policy data. */
const SHIPPED = ['dev', 'staging', 'production'];

/**
 * The environments that the policy data names, as the list of freezes tells
 * them; those of the shipped data for who may not read freezes.
 */
export function useEnvironments(): string[] {
  const policyApi = useApi(policyApiRef);
  const [environments, setEnvironments] = useState(SHIPPED);
  useEffect(() => {
    const controller = new AbortController();
    policyApi.listFreezes({ signal: controller.signal }).then(
      list => {
        if (!controller.signal.aborted && list.environments.length > 0) {
          setEnvironments(list.environments);
        }
      },
      // The list does not depend on it: it goes on with the shipped ones.
      () => undefined,
    );
    return () => controller.abort();
  }, [policyApi]);
  return environments;
}
