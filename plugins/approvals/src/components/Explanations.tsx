import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  Decision,
  explain,
  TranslateExplanation,
} from '@self-service/plugin-approvals-common';
import { explanationTranslationRef } from '../explanationTranslation';
import { Sentences } from '../ui';

/**
 * Puts the reasons of a decision into plain words, in the language of the
 * portal.
 *
 * @public
 */
export function useExplain(): (
  decision: Pick<Decision, 'reasons'>,
) => string[] {
  const { t } = useTranslationRef(explanationTranslationRef);
  // The type of `t` has a form for each key; what fills in the placeholders of
  // each is tested where the texts are.
  const translate = t as TranslateExplanation;
  return decision => explain(decision, translate);
}

/**
 * The reasons of a decision in plain words.
 *
 * @public
 */
export function Explanations(props: { decision: Pick<Decision, 'reasons'> }) {
  return <Sentences sentences={useExplain()(props.decision)} />;
}
