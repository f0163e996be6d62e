import { cleanLogText } from './cleanLogText';

describe('cleanLogText', () => {
  it.each([
    ['\u001b[32minfo\u001b[39m: Plan: 1 to add', 'Plan: 1 to add'],
    ['warn: no owner', 'warn: no owner'],
    [
      'NotFoundError: no such repository\n    at handler (x.ts:1:2)\n    at run (y.ts:3:4)',
      'NotFoundError: no such repository',
    ],
    ['first\n  second\n', 'first\n  second'],
    ['information: kept', 'information: kept'],
  ])('turns %j into %j', (message, expected) => {
    expect(cleanLogText(message)).toBe(expected);
  });
});
