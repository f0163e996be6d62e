module.exports = require('@backstage/cli/config/eslint-factory')(__dirname, {
  rules: {
    '@backstage/no-mixed-plugin-imports': [
      'warn',
      // Its chips, times and layouts are those of every page of the platform,
      // and it has no `-react` package of its own.
      { excludedTargetPackages: ['@self-service/plugin-approvals'] },
    ],
  },
});
