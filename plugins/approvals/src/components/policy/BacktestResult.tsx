import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Text } from '@backstage/ui';
import {
  backtestChangeSchema,
  BacktestReport,
} from '@self-service/plugin-approvals-common';
import { policyTranslationRef } from '../../policyTranslation';
import classes from './policy.module.css';

const percent = new Intl.NumberFormat('en', {
  style: 'percent',
  maximumFractionDigits: 1,
});

/** What a backtest found: counts, shares and examples. */
export function BacktestResult(props: { report: BacktestReport }) {
  const { t } = useTranslationRef(policyTranslationRef);
  const { checked, unchanged, manualShare, changes } = props.report;
  if (!manualShare) {
    return <Text as="p">{t('backtest.none')}</Text>;
  }
  const words = (sentences: string[]) =>
    sentences.join(' ') || t('backtest.nobody');
  return (
    <div className={classes.results} role="status">
      <Text as="p">
        {t('backtest.checked', {
          total: String(checked),
          unchanged: String(unchanged),
        })}{' '}
        {t('backtest.share', {
          before: percent.format(manualShare.before),
          after: percent.format(manualShare.after),
        })}
      </Text>
      {backtestChangeSchema.options
        .filter(change => changes[change].count > 0)
        .map(change => (
          <section key={change} aria-labelledby={`change-${change}`}>
            <h3 id={`change-${change}`} className={classes.heading}>
              {t(`change.${change}`, { amount: String(changes[change].count) })}
            </h3>
            <ul className={classes.change}>
              {changes[change].examples.map(example => (
                <li key={example.decisionId}>
                  {example.title}
                  <span className={classes.secondary}>
                    {t('backtest.before')}: {words(example.before)}
                  </span>
                  <span className={classes.secondary}>
                    {t('backtest.after')}: {words(example.after)}
                  </span>
                </li>
              ))}
            </ul>
          </section>
        ))}
    </div>
  );
}
