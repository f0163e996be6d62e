import { createTranslationRef } from '@backstage/frontend-plugin-api';
import { explanationMessages } from '@self-service/plugin-approvals-common';

/**
 * The texts in which decisions are explained. A portal adds languages by
 * `createTranslationResource({ ref: explanationTranslationRef, … })`.
 *
 * @public
 */
export const explanationTranslationRef = createTranslationRef({
  id: 'approvals.explanations',
  messages: explanationMessages,
});
