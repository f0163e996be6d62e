import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Stage } from '@self-service/plugin-approvals-common';
import { approvalsTranslationRef } from '../../translation';

const KNOWN_KINDS = ['team-lead', 'finance', 'security', 'freeze'] as const;

/**
 * Gives a function that names a stage for people: by its kind, or as policy
 * named it where the kind is another policy's.
 */
export function useStageTitle(): (stage: Stage) => string {
  const { t } = useTranslationRef(approvalsTranslationRef);
  return stage => {
    const known = KNOWN_KINDS.find(kind => kind === stage.kind);
    return known ? t(`stageKind.${known}`) : stage.name;
  };
}
