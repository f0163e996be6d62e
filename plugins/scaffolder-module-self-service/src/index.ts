/**
 * Run page and run list inside Create.
 *
 * @packageDocumentation
 */
export {
  scaffolderModuleSelfService as default,
  templateCardModule,
} from './module';
export { formApiRef, type AskOptions, type FormApi } from './form/api/FormApi';
export { FormClient } from './form/api/FormClient';
export { formTranslationRef } from './formTranslation';
export { runsApiRef, type RunsApi } from './api/RunsApi';
export { RunsClient } from './api/RunsClient';
export { ProblemDetails } from './run/ProblemDetails';
export { runsTranslationRef } from './translation';
