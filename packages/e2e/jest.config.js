// These tests start processes and a browser, so they are named *.e2e.ts and
// stay out of `backstage-cli repo test`.
module.exports = {
  testMatch: ['<rootDir>/src/**/*.e2e.ts'],
  globalSetup: '<rootDir>/src/globalSetup.ts',
  globalTeardown: '<rootDir>/src/globalTeardown.ts',
  testEnvironment: 'node',
  testTimeout: 120_000,
  moduleFileExtensions: ['ts', 'mjs', 'js', 'cjs', 'json', 'node'],
  transform: {
    '\\.(ts|mjs)$': [
      require.resolve('@backstage/cli/config/jestSwcTransform'),
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' } },
    ],
  },
};
