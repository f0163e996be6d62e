/**
 * What people's browsers are given on the vendors of `npm start`; the other
 * vendors have the same tests in `vendors.e2e.ts`.
 */
import { describeBrowserCanary } from './describeBrowserCanary';
import { sharedStack } from './sharedStack';
import { readSecret } from './vault';

const stack = sharedStack();

describeBrowserCanary({
  stack: () => stack,
  readSecret: name => readSecret(stack, 'dana', name),
});
