/**
 * The capability ports, their contract suites and shared HTTP behaviour.
 *
 * @packageDocumentation
 */
export * from './git';
export * from './infrastructure';
export * from './problems';
export * from './secrets';
export * from './chooseProvider';
export * from './http';
