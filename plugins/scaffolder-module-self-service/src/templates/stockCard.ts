/**
 * The pieces of the stock card that are exported from `/alpha` only, besides
 * `module.tsx`, `routes.ts` and `stockForm.tsx`.
 */
export { taskCreatePermission as createRunPermission } from '@backstage/plugin-scaffolder-common/alpha';
