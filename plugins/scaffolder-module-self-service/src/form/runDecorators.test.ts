import { createScaffolderFormDecorator } from '@backstage/plugin-scaffolder-react/alpha';
import { runDecorators } from './runDecorators';

const RESULT = { values: { name: 'orders' }, secrets: { password: 'a' } };
const APIS = { get: () => undefined };

const decorator = createScaffolderFormDecorator({
  id: 'token',
  schema: { input: { scope: z => z.string() } },
  async decorator({ setFormState, setSecrets, input }) {
    setFormState(values => ({ ...values, scope: input.scope }));
    setSecrets(secrets => ({ ...secrets, token: 'b' }));
  },
});

describe('runDecorators', () => {
  it('lets the decorators that the template names change the result', async () => {
    await expect(
      runDecorators(
        RESULT,
        { formDecorators: [{ id: 'token', input: { scope: 'repo' } }] },
        [decorator],
        APIS,
      ),
    ).resolves.toEqual({
      values: { name: 'orders', scope: 'repo' },
      secrets: { password: 'a', token: 'b' },
    });
  });

  it('runs none that it does not name', async () => {
    await expect(runDecorators(RESULT, {}, [decorator], APIS)).resolves.toEqual(
      RESULT,
    );
  });

  it('refuses rather than to leave one out', async () => {
    await expect(
      runDecorators(
        RESULT,
        { formDecorators: [{ id: 'other' }] },
        [decorator],
        APIS,
      ),
    ).rejects.toThrow(/"other"/);
  });
});
