module.exports = require('@backstage/cli/config/eslint-factory')(__dirname, {
  rules: {
    // The helpers that start a stack are those of `npm start`, which must run
    // before anything is installed and so are in no package.
    '@backstage/no-relative-monorepo-imports': 'off',
    'jest/expect-expect': [
      'warn',
      { assertFunctionNames: ['expect', 'expect*', 'waitFor*'] },
    ],
  },
});
