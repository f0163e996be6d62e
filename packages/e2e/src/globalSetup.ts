import { startSharedStack } from './sharedStack';

/** Starts what the test files share, and hands on how to stop it. */
export default async function globalSetup(): Promise<void> {
  const stack = await startSharedStack();
  Object.assign(globalThis, { stopSharedStack: () => stack.stop() });
}
