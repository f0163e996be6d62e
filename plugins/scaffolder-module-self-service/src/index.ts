/**
 * Run page and run list inside Create.
 *
 * @packageDocumentation
 */
export { scaffolderModuleSelfService as default } from './module';
export { runsApiRef, type RunsApi } from './api/RunsApi';
export { RunsClient } from './api/RunsClient';
export { runsTranslationRef } from './translation';
