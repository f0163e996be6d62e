import { mockApis, TestApiProvider } from '@backstage/frontend-test-utils';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { permissionApiRef } from '@backstage/plugin-permission-react';
import { renderHook, waitFor } from '@testing-library/react';
import { ReactNode } from 'react';
import { useMaySeeProviders } from './useMaySeeProviders';

describe('useMaySeeProviders', () => {
  it('is true for those who hold the permission', async () => {
    const permissionApi = mockApis.permission({
      authorize: ({ permission }) =>
        permission.name === 'runs.provider.read'
          ? AuthorizeResult.ALLOW
          : AuthorizeResult.DENY,
    });
    const { result } = renderHook(useMaySeeProviders, {
      wrapper: (props: { children: ReactNode }) => (
        <TestApiProvider apis={[[permissionApiRef, permissionApi]]}>
          {props.children}
        </TestApiProvider>
      ),
    });

    expect(result.current).toBe(false);
    await waitFor(() => expect(result.current).toBe(true));
  });
});
