import { findFormField, withoutSecrets } from './formPreviewFields';

const pages = [
  {
    title: 'One',
    properties: {
      name: { type: 'string', pattern: '^x' },
      size: {
        title: 'Size',
        enum: ['small', 'large', null],
        enumNames: ['Small'],
      },
      token: { type: 'string', 'ui:field': 'Secret' },
      nested: {
        type: 'object',
        properties: { pin: { type: 'string', 'ui:widget': 'password' } },
      },
    },
  },
  {
    dependencies: {
      size: {
        oneOf: [
          {
            properties: {
              size: { enum: ['large'] },
              zone: {
                oneOf: [{ const: 'a', title: 'Zone A' }, { const: 2 }, {}],
              },
            },
          },
        ],
      },
    },
    allOf: [{ then: { properties: { late: { enum: [true] } } } }],
  },
];

describe('findFormField', () => {
  it('finds fields on every page, conditional ones last', () => {
    expect(findFormField(pages, 'size')).toMatchObject({
      title: 'Size',
      choices: [
        { value: 'small', title: 'Small' },
        { value: 'large', title: 'large' },
      ],
    });
    expect(findFormField(pages, 'zone')?.choices).toEqual([
      { value: 'a', title: 'Zone A' },
      { value: 2, title: '2' },
    ]);
    expect(findFormField(pages, 'late')?.choices).toEqual([
      { value: true, title: 'true' },
    ]);
    expect(findFormField(pages, 'name')).toEqual({
      title: 'name',
      choices: [],
      schema: { type: 'string', pattern: '^x' },
    });
  });

  it.each(['pin', 'constructor', 'unknown'])('finds no %s', name => {
    expect(findFormField(pages, name)).toBeUndefined();
  });

  it.each([undefined, 'x', [], [null]])('finds nothing in %p', form => {
    expect(findFormField(form, 'name')).toBeUndefined();
  });
});

describe('withoutSecrets', () => {
  it('drops what is hidden, at any depth, and what stands in for it', () => {
    expect(
      withoutSecrets(
        {
          name: 'orders',
          token: 'hunter2',
          nested: { pin: '1234', kept: true },
          list: [{ token: 'hunter2' }, '***', 'shown'],
          masked: '*****',
        },
        pages,
      ),
    ).toEqual({ name: 'orders', nested: { kept: true }, list: [{}, 'shown'] });
  });
});
