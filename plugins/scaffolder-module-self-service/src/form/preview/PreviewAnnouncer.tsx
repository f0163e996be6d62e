import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { VisuallyHidden } from '@backstage/ui';
import { formTranslationRef } from '../../formTranslation';
import { useFormSession } from '../formSession';
import { readOutcome } from './readPreview';
import { usePeopleNames } from './usePeopleNames';

/**
 * Tells readers of a screen reader what changes beside the form: the outcome
 * and what is wrong, and nothing while that is worked out.
 */
export function PreviewAnnouncer() {
  const { t } = useTranslationRef(formTranslationRef);
  const { preview, checks } = useFormSession();
  const people = usePeopleNames(preview.value?.stages ?? []);
  const words: string[] = [];
  if (preview.value) {
    const outcome = readOutcome(preview.value);
    if (outcome === 'approval') {
      words.push(
        people
          ? t('announce.approval', { people })
          : t('announce.approvalNobody'),
      );
    } else if (outcome !== 'incomplete') {
      words.push(t(`announce.${outcome}`));
    }
  }
  (checks.value ?? []).forEach(({ message }) => words.push(message));
  return <VisuallyHidden role="status">{words.join(' ')}</VisuallyHidden>;
}
