import { stripSecrets } from './stripSecrets';

const MANIFEST = {
  steps: [
    {
      title: 'Database',
      schema: {
        properties: {
          name: { type: 'string' },
          password: { type: 'string', 'ui:field': 'Secret' },
          options: {
            type: 'object',
            properties: {
              token: { type: 'string', 'ui:widget': 'password' },
              size: { type: 'string' },
            },
          },
        },
      },
    },
  ],
};

describe('stripSecrets', () => {
  it.each([
    ['plain values stay', { name: 'orders', size: 3, on: false, tags: ['a'] }],
    ['values that only begin with asterisks stay', { name: '** orders' }],
  ])('%s', (_, values) => {
    expect(stripSecrets(values, MANIFEST)).toEqual(values);
  });

  it.each([
    ['a masked secret', { name: 'orders', password: '******' }],
    [
      'one in clear, of a field that hides it',
      { name: 'orders', password: 'x' },
    ],
    ['a mask of a field unknown now', { name: 'orders', earlier: '***' }],
    ['a mask in a list', { name: 'orders', list: ['***'] }],
    [
      'a hidden field within another',
      { name: 'orders', options: { token: 't' } },
    ],
  ])('takes away %s', (_, values) => {
    const stripped = stripSecrets(values, MANIFEST);

    expect(stripped.name).toBe('orders');
    expect(JSON.stringify(stripped)).not.toMatch(/\*|"x"|"t"/);
  });
});
