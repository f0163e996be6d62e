/**
 * Catalog module: injects the approval gate into templates and checks them.
 *
 * @packageDocumentation
 */
export { catalogModuleSelfService as default } from './module';
