import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert, Button, VisuallyHidden } from '@backstage/ui';
import {
  describeError,
  FactList,
  RelativeTime,
  StatusChip,
  useWrite,
} from '@self-service/plugin-approvals';
import {
  ProviderStatus,
  RecordedHealth,
} from '@self-service/plugin-runs-common';
import { ProblemDetails } from '@self-service/plugin-scaffolder-module-self-service';
import { useId, useState } from 'react';
import { providersApiRef } from '../api/ProvidersApi';
import { providersTranslationRef } from '../translation';
import { FailureList } from './FailureList';
import { RateLimit } from './RateLimit';
import classes from './providers.module.css';
import { describeFeature, HEALTH_TONES } from './words';

function useCheck(
  provider: ProviderStatus,
  onChecked: (checked: ProviderStatus) => void,
) {
  const { t } = useTranslationRef(providersTranslationRef);
  const providersApi = useApi(providersApiRef);
  const [told, setTold] = useState('');
  const { isPending, error, run } = useWrite<ProviderStatus>(checked => {
    onChecked(checked);
    setTold(
      t('check.done', {
        provider: `${checked.vendor} ${checked.id}`,
        status: t(`status.${checked.health.status}`),
      }),
    );
  });
  const check = () => {
    // The same words again are told only if they were gone meanwhile.
    setTold('');
    return run(() => providersApi.checkProvider(provider));
  };
  return { isPending, error, check, told };
}

function Health(props: { health: RecordedHealth }) {
  const { status, description, problem } = props.health;
  return (
    <>
      {description !== problem?.what && (
        <p className={classes.description}>{description}</p>
      )}
      {problem && (
        <div
          className={`${classes.problem} ${
            status === 'failing' ? classes.grave : ''
          }`}
        >
          <ProblemDetails problem={problem} />
        </div>
      )}
    </>
  );
}

function Features(props: { provider: ProviderStatus }) {
  const { t } = useTranslationRef(providersTranslationRef);
  const { capability, features } = props.provider;
  return (
    <ul className={classes.features}>
      {features.map(feature => (
        <li key={feature}>{describeFeature(capability, feature, t)}</li>
      ))}
    </ul>
  );
}

function Facts(props: { provider: ProviderStatus }) {
  const { t } = useTranslationRef(providersTranslationRef);
  const { provider } = props;
  const { checkedAt, rateLimit } = provider.health;
  return (
    <FactList
      facts={[
        [t('fact.endpoint'), provider.endpoint],
        [t('fact.checked'), checkedAt && <RelativeTime at={checkedAt} />],
        [
          t('fact.rateLimit'),
          rateLimit && (
            <RateLimit name={t('fact.rateLimit')} rateLimit={rateLimit} />
          ),
        ],
        [
          t('fact.features'),
          provider.features.length > 0 ? (
            <Features provider={provider} />
          ) : undefined,
        ],
      ]}
    />
  );
}

/** One provider: how it is, why, and what to do about it. */
export function ProviderArticle(props: {
  provider: ProviderStatus;
  /** Gets how it is after it was checked. */
  onChecked: (checked: ProviderStatus) => void;
}) {
  const { t } = useTranslationRef(providersTranslationRef);
  const titleId = useId();
  const { provider } = props;
  const { isPending, error, check, told } = useCheck(provider, props.onChecked);
  const failure = error && describeError(error);
  const { status } = provider.health;
  return (
    <article aria-labelledby={titleId} className={classes.provider}>
      <header className={classes.head}>
        <div className={classes.name}>
          <h3 id={titleId}>
            {provider.vendor} <code>{provider.id}</code>
          </h3>
          <StatusChip
            tone={HEALTH_TONES[status]}
            label={t(`status.${status}`)}
          />
        </div>
        <Button
          size="small"
          variant="secondary"
          aria-label={`${t('check.button')}: ${provider.vendor} ${provider.id}`}
          isPending={isPending}
          onPress={check}
        >
          {t('check.button')}
        </Button>
      </header>
      <VisuallyHidden role="status">{told}</VisuallyHidden>
      {failure && (
        <Alert
          role="alert"
          status="danger"
          icon
          title={t('check.failed', { reason: failure.title })}
          description={failure.remedy}
        />
      )}
      <div className={classes.body}>
        <div className={classes.health}>
          <Health health={provider.health} />
          <FailureList provider={provider} />
        </div>
        <Facts provider={provider} />
      </div>
    </article>
  );
}
