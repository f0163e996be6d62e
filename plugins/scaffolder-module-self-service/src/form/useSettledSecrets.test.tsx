import {
  SecretsContextProvider,
  useTemplateSecrets,
} from '@backstage/plugin-scaffolder-react';
import { act, renderHook } from '@testing-library/react';
import { useSettledSecrets } from './useSettledSecrets';

const MANIFEST = {
  steps: [
    {
      title: 'Access',
      schema: {
        properties: {
          name: { type: 'string' },
          nested: {
            type: 'object',
            properties: { token: { type: 'string', 'ui:field': 'Secret' } },
          },
        },
      },
    },
  ],
};

/** What the stock field hands over at each pause, in their order. */
function renderSecrets(...handedOver: string[]) {
  const form = { setSecrets: (_: Record<string, string>) => {} };
  const pause = jest.fn(async () => {
    const token = handedOver.shift();
    if (token !== undefined) {
      act(() => form.setSecrets({ token }));
    }
  });
  const hook = renderHook(
    () => ({
      ...useTemplateSecrets(),
      settle: useSettledSecrets(MANIFEST, pause),
    }),
    { wrapper: SecretsContextProvider },
  );
  form.setSecrets = hook.result.current.setSecrets;
  return { settle: hook.result.current.settle, pause };
}

describe('useSettledSecrets', () => {
  it('waits until the whole secret was handed over', async () => {
    const { settle, pause } = renderSecrets('s3', 's3cret');

    await expect(
      settle({ name: 'orders', nested: { token: '******' } }),
    ).resolves.toEqual({ token: 's3cret' });
    expect(pause).toHaveBeenCalledTimes(2);
  });

  it('waits for nothing where no secret was typed in', async () => {
    const { settle, pause } = renderSecrets();

    await expect(settle({ name: '***', nested: {} })).resolves.toEqual({});
    expect(pause).not.toHaveBeenCalled();
  });

  it('gives up on a secret that never comes, and says what to do', async () => {
    const { settle } = renderSecrets('s3');

    await expect(
      settle({ name: 'orders', nested: { token: '******' } }),
    ).rejects.toThrow(
      'The secret "token" did not reach the form; go back and type it in again',
    );
  });
});
