import { selfServiceSpecSchema } from './selfServiceSpec';

const LEAST = { operation: 'database:create', environment: 'dev', cost: 0 };

describe('selfServiceSpecSchema', () => {
  it('takes the entities that offer a template', () => {
    const offeredOn = [
      { kind: 'Component', type: 'service', parameter: 'service' },
      { kind: 'System' },
    ];

    expect(selfServiceSpecSchema.parse({ ...LEAST, offeredOn })).toEqual({
      ...LEAST,
      offeredOn,
    });
  });

  it.each([
    ['without a kind', [{ type: 'service' }]],
    ['with a key that nobody reads', [{ kind: 'Component', types: [] }]],
  ])('refuses an offer %s', (_, offeredOn) => {
    expect(
      selfServiceSpecSchema.safeParse({ ...LEAST, offeredOn }).success,
    ).toBe(false);
  });
});
