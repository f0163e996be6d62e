module.exports = require('@backstage/cli/config/eslint-factory')(__dirname, {
  rules: {
    // Benches measure parts of a package that it exports to nobody.
    '@backstage/no-forbidden-package-imports': 'off',
    // Processes are started as `npm start` does, by scripts that are in no
    // package.
    '@backstage/no-relative-monorepo-imports': 'off',
    // What a bench does stands above what it does it with.
    '@typescript-eslint/no-use-before-define': [
      'error',
      { classes: false, functions: false, variables: false },
    ],
  },
});
