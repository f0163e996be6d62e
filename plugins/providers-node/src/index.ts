/**
 * The capability ports and shared HTTP behaviour; their contract suites are in
 * `./testing`.
 *
 * @packageDocumentation
 */
export * from './defaultGitHost';
export * from './findRunOfCommit';
export * from './git';
export * from './gitCommits';
export * from './gitFiles';
export * from './gitMarks';
export * from './gitTeams';
export * from './health';
export * from './infrastructure';
export * from './madeWithin';
export * from './mapLimited';
export * from './observability';
export * from './messaging';
export * from './Messenger';
export * from './problems';
export * from './provider';
export * from './secrets';
export * from './chooseProvider';
export * from './http';
export * from './ticketing';
