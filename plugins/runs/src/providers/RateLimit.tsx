import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { RelativeTime, useNow } from '@self-service/plugin-approvals';
import { RecordedHealth } from '@self-service/plugin-runs-common';
import { providersTranslationRef } from '../translation';
import classes from './providers.module.css';

/** Below this share of the budget its bar warns. */
const LOW_SHARE = 0.2;
const REFRESH_MILLISECONDS = 20_000;
/** A time that is nearer than this is shown as `just now`. */
const SOON_MILLISECONDS = 30_000;

const numbers = new Intl.NumberFormat('en-US');

function readLevel(share: number): 'enough' | 'low' | 'none' {
  if (share <= 0) {
    return 'none';
  }
  return share < LOW_SHARE ? 'low' : 'enough';
}

/** When the budget is whole again. */
function Reset(props: { at: string; inMilliseconds: number }) {
  const { t } = useTranslationRef(providersTranslationRef);
  const { inMilliseconds } = props;
  if (inMilliseconds > SOON_MILLISECONDS) {
    return (
      <>
        {t('rateLimit.whole')} <RelativeTime at={props.at} />
      </>
    );
  }
  return (
    <>
      {t(inMilliseconds > 0 ? 'rateLimit.wholeSoon' : 'rateLimit.wholeByNow')}
    </>
  );
}

/** How much of a vendor's limit of requests was left at the last check. */
export function RateLimit(props: {
  /** What the bar is called. */
  name: string;
  rateLimit: NonNullable<RecordedHealth['rateLimit']>;
}) {
  const { t } = useTranslationRef(providersTranslationRef);
  const now = useNow(REFRESH_MILLISECONDS);
  const { limit, remaining, resetsAt } = props.rateLimit;
  const share = limit > 0 ? Math.min(1, Math.max(0, remaining / limit)) : 0;
  const resetsIn = resetsAt ? Date.parse(resetsAt) - now : Infinity;
  // What was short at the last check is not short any more.
  const level = resetsIn > 0 ? readLevel(share) : 'past';
  const words = t('rateLimit.left', {
    remaining: numbers.format(remaining),
    limit: numbers.format(limit),
  });
  return (
    <div className={classes.budget}>
      <div
        role="meter"
        aria-label={props.name}
        aria-valuemin={0}
        aria-valuemax={limit}
        aria-valuenow={remaining}
        aria-valuetext={words}
        className={classes.bar}
      >
        <div className={classes[level]} style={{ width: `${share * 100}%` }} />
      </div>
      <span>
        {(level === 'low' || level === 'none') && (
          <strong>{t(`rateLimit.${level}`)}: </strong>
        )}
        {words}
        {resetsAt && (
          <>
            {', '}
            <Reset at={resetsAt} inMilliseconds={resetsIn} />
          </>
        )}
      </span>
    </div>
  );
}
