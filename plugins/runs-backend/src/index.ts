/**
 * Parks and resumes runs, and keeps the ledger of what they create.
 *
 * @packageDocumentation
 */
export { runsPlugin as default } from './plugin';
