/** When everything happens. */
export const NOW = '2026-11-22T10:00:00.000Z';

/** Stands for a secret value: no test may find it outside the vault. */
export const CANARY = 'canary-7f3a91';

/** The pull request that the fake git host opens. */
export const PR_URL = 'https://github.com/myorg/infrastructure/pull/1';
