import { identityApiRef, useApi } from '@backstage/frontend-plugin-api';
import { useEffect, useState } from 'react';

/**
 * Entity ref of the signed-in person.
 *
 * @returns `undefined` as long as it is not known
 */
export function useIdentity(): string | undefined {
  const identityApi = useApi(identityApiRef);
  const [userRef, setUserRef] = useState<string>();
  useEffect(() => {
    let isShown = true;
    identityApi.getBackstageIdentity().then(
      ({ userEntityRef }) => isShown && setUserRef(userEntityRef),
      // What is asked of the backend fails as well then, and says why.
      () => undefined,
    );
    return () => {
      isShown = false;
    };
  }, [identityApi]);
  return userRef;
}
