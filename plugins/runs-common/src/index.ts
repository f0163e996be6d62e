/**
 * Runs, suspensions and effects: types, pure rules and the HTTP contract of
 * the runs plugin.
 *
 * @packageDocumentation
 */
export * from './api';
export * from './effects';
export * from './endTimes';
export * from './failureBehaviour';
export * from './forms';
export * from './openApi';
export * from './permissions';
export * from './problems';
export * from './providerStatus';
export * from './resourceOperations';
export * from './resources';
export * from './retry';
export * from './runOptions';
export * from './runPhases';
export * from './runs';
export * from './runStatus';
export * from './suspensions';
