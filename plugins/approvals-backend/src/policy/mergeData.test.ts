import { effectiveData, mergePatch } from './mergeData';

describe('mergePatch', () => {
  // The examples of RFC 7396, appendix A.
  it.each([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, null, null],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('of %j and %j is %j', (target, patch, expected) => {
    expect(mergePatch(target, patch)).toEqual(expected);
  });

  it('treats __proto__ as any key', () => {
    const merged = mergePatch(
      {},
      JSON.parse('{"__proto__":{"polluted":true}}'),
    );
    expect(Object.hasOwn(merged as object, '__proto__')).toBe(true);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe('effectiveData', () => {
  it('leaves the shipped data as it was', () => {
    const shipped = {
      approval: { freezes: [], cost: { lead_from: 1 } },
      other: 1,
    };
    const before = structuredClone(shipped);
    const freeze = { id: 'a', from: 'b', to: 'c' };
    expect(
      effectiveData(shipped, { cost: { lead_from: 2 } }, [freeze]),
    ).toEqual({
      approval: { freezes: [freeze], cost: { lead_from: 2 } },
      other: 1,
    });
    expect(shipped).toEqual(before);
  });
});
