/**
 * The whole portal for tests and benches: processes, browser and API.
 *
 * @packageDocumentation
 */
export * from './browser';
export * from './canary';
export * from './failedRuns';
export * from './faults';
export * from './Portal';
export * from './runs';
export * from './stack';
export * from './trace';
export * from './vault';
