/** Stops what the test files shared. */
export default async function globalTeardown(): Promise<void> {
  const { stopSharedStack } = globalThis as {
    stopSharedStack?: () => Promise<void>;
  };
  await stopSharedStack?.();
}
