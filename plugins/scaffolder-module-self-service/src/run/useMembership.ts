import { parseEntityRef, stringifyEntityRef } from '@backstage/catalog-model';
import { identityApiRef, useApi } from '@backstage/frontend-plugin-api';
import { useEffect, useState } from 'react';

function normalise(group: string): string {
  return stringifyEntityRef(
    parseEntityRef(group, {
      defaultKind: 'group',
      defaultNamespace: 'default',
    }),
  ).toLocaleLowerCase('en-US');
}

/**
 * Whether the reader is a member of a group, as their sign-in says. The
 * backend decides; this only spares others a form that would be refused.
 *
 * @param group - entity ref, `group:` optional
 */
export function useMembership(group: string): boolean {
  const identityApi = useApi(identityApiRef);
  const [refs, setRefs] = useState<string[]>([]);
  useEffect(() => {
    let isGone = false;
    identityApi.getBackstageIdentity().then(
      ({ ownershipEntityRefs }) => {
        if (!isGone) {
          setRefs(ownershipEntityRefs.map(normalise));
        }
      },
      // Without a session the page itself says so.
      () => undefined,
    );
    return () => {
      isGone = true;
    };
  }, [identityApi]);
  return refs.includes(normalise(group));
}
