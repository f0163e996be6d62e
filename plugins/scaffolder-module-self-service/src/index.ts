/**
 * Run page and run list inside Create.
 *
 * @packageDocumentation
 */
export { scaffolderModuleSelfService as default } from './module';
export { runsApiRef, type RunsApi } from './api/RunsApi';
export { RunsClient } from './api/RunsClient';
export { ProblemDetails } from './run/ProblemDetails';
export { runsTranslationRef } from './translation';
