/**
 * Service through which actions park runs and claim effects.
 *
 * @packageDocumentation
 */
export { runsServiceRef, type RunsService } from './RunsService';
export { waitCheckerServiceRef, type WaitChecker } from './WaitChecker';
export { createSecretSealer, type SecretSealer } from './secretSealer';
