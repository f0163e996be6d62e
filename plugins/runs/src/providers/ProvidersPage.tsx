import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Skeleton, Text } from '@backstage/ui';
import {
  LoadFailure,
  PageContent,
  Section,
  StaleNotice,
  StatusChip,
} from '@self-service/plugin-approvals';
import { ProviderStatus } from '@self-service/plugin-runs-common';
import { providersTranslationRef } from '../translation';
import { AccessDenied, isDenied } from './AccessDenied';
import { NoProviders } from './NoProviders';
import { ProviderArticle } from './ProviderArticle';
import classes from './providers.module.css';
import { useProviders } from './useProviders';
import {
  describeCapability,
  groupByCapability,
  HEALTH_TONES,
  HEALTHS,
} from './words';

/** How many providers are how, so that nobody has to read on when all are well. */
function Summary(props: { providers: ProviderStatus[] }) {
  const { t } = useTranslationRef(providersTranslationRef);
  return (
    <ul className={classes.summary} aria-label={t('list.summary')}>
      {HEALTHS.map(status => ({
        status,
        amount: props.providers.filter(({ health }) => health.status === status)
          .length,
      }))
        .filter(({ amount }) => amount > 0)
        .map(({ status, amount }) => (
          <li key={status}>
            <StatusChip
              tone={HEALTH_TONES[status]}
              label={t(`count.${status}`, { amount: String(amount) })}
            />
          </li>
        ))}
    </ul>
  );
}

function Providers(props: {
  providers: ProviderStatus[];
  onChecked: (checked: ProviderStatus) => void;
}) {
  const { t } = useTranslationRef(providersTranslationRef);
  return (
    <>
      <div className={classes.intro}>
        <Text as="p" color="secondary">
          {t('list.intro')}
        </Text>
        <Summary providers={props.providers} />
      </div>
      {groupByCapability(props.providers).map(([capability, providers]) => (
        <Section key={capability} title={describeCapability(capability, t)}>
          {providers.map(provider => (
            <ProviderArticle
              key={provider.id}
              provider={provider}
              onChecked={props.onChecked}
            />
          ))}
        </Section>
      ))}
    </>
  );
}

function Content() {
  const { t } = useTranslationRef(providersTranslationRef);
  const { value, error, refresh, replace } = useProviders();
  if (error && isDenied(error)) {
    return <AccessDenied />;
  }
  if (!value) {
    return error ? (
      <LoadFailure what={t('list.what')} error={error} onRetry={refresh} />
    ) : (
      <div aria-busy="true">
        <Skeleton width="100%" height={160} />
      </div>
    );
  }
  return (
    <>
      {error && <StaleNotice error={error} onRetry={refresh} />}
      {value.providers.length > 0 ? (
        <Providers providers={value.providers} onChecked={replace} />
      ) : (
        <NoProviders />
      )}
    </>
  );
}

/** How the providers are, for the platform team. */
export function ProvidersPage() {
  return (
    <PageContent>
      <div className={classes.page}>
        <Content />
      </div>
    </PageContent>
  );
}
