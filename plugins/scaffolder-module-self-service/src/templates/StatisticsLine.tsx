import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { formatDuration } from '@self-service/plugin-approvals';
import { TemplateStatistic } from '@self-service/plugin-runs-common';
import { formTranslationRef, FormTexts } from '../formTranslation';
import classes from './templates.module.css';
import { useTemplateStatistics } from './useTemplateStatistics';

function describe(
  statistic: TemplateStatistic | undefined,
  t: FormTexts,
): string[] {
  const { runs = 0, successRate, medianSeconds } = statistic ?? {};
  const words: string[] = [];
  if (medianSeconds !== undefined) {
    const duration = formatDuration(medianSeconds * 1_000);
    words.push(t('statistics.usually', { duration }));
  }
  if (successRate !== undefined) {
    const percent = `${Math.round(successRate * 100)} %`;
    words.push(
      runs === 1
        ? t('statistics.successOne', { percent })
        : t('statistics.success', { percent, runs: String(runs) }),
    );
  }
  return words.length > 0 ? words : [t('statistics.none')];
}

/** How long runs of a template take, and how many of them succeed. */
export function StatisticsLine(props: { templateRef: string }) {
  const { t } = useTranslationRef(formTranslationRef);
  const known = useTemplateStatistics(props.templateRef);
  return known ? (
    <p className={classes.statistics}>
      {describe(known.statistic, t).join(' · ')}
    </p>
  ) : (
    <></>
  );
}
