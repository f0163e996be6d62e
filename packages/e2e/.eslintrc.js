module.exports = require('@backstage/cli/config/eslint-factory')(__dirname, {
  overrides: [
    {
      // Tests that several stacks have in common.
      files: ['src/describe*.ts'],
      rules: { 'jest/no-export': 'off' },
    },
  ],
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
