import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Link } from '@backstage/ui';
import { RelativeTime } from '@self-service/plugin-approvals';
import {
  ProviderFailure,
  ProviderStatus,
} from '@self-service/plugin-runs-common';
import { runRouteRef } from '../routes';
import { providersTranslationRef } from '../translation';
import classes from './providers.module.css';

/** More than these are folded away. */
const SHOWN = 3;

function Failures(props: { failures: ProviderFailure[] }) {
  const { t } = useTranslationRef(providersTranslationRef);
  const run = useRouteRef(runRouteRef);
  return (
    <ul className={classes.failures}>
      {props.failures.map(({ taskId, stepId, problem, at }) => {
        const words = t('failures.run', { step: stepId });
        return (
          <li key={`${taskId}/${stepId}/${at}`}>
            {problem.what}
            <span className={classes.secondary}>
              <RelativeTime at={at} />
              {' · '}
              {run ? <Link href={run({ taskId })}>{words}</Link> : words}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

/** What went wrong at the vendor of a provider lately, with links to the runs. */
export function FailureList(props: { provider: ProviderStatus }) {
  const { t } = useTranslationRef(providersTranslationRef);
  const { recentFailures, vendor } = props.provider;
  const rest = recentFailures.slice(SHOWN);
  if (recentFailures.length === 0) {
    return <></>;
  }
  return (
    <div className={classes.recent}>
      <h4>{t('failures.title', { vendor })}</h4>
      <Failures failures={recentFailures.slice(0, SHOWN)} />
      {rest.length > 0 && (
        <details>
          <summary>
            {t('failures.more', { amount: String(rest.length) })}
          </summary>
          <Failures failures={rest} />
        </details>
      )}
    </div>
  );
}
