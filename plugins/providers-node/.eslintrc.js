module.exports = require('@backstage/cli/config/eslint-factory')(__dirname, {
  overrides: [
    {
      // Contract suites are tests that other packages import.
      files: ['src/testing/**'],
      rules: { 'jest/no-export': 'off' },
    },
  ],
});
