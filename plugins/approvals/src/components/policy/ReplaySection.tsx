import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert, Button, Text } from '@backstage/ui';
import { ReplayReport } from '@self-service/plugin-approvals-common';
import { useState } from 'react';
import { policyApiRef } from '../../api/PolicyApi';
import { policyTranslationRef } from '../../policyTranslation';
import { describeError, Section } from '../../ui';
import { useWrite } from '../request/useWrite';
import { DaysField } from './DaysField';
import classes from './policy.module.css';

function Result(props: { report: ReplayReport }) {
  const { t } = useTranslationRef(policyTranslationRef);
  const { checked, different, missing, differences } = props.report;
  const total = String(checked);
  if (checked === 0) {
    return <Text as="p">{t('replay.none')}</Text>;
  }
  if (different + missing === 0) {
    return (
      <Alert
        role="status"
        status="success"
        icon
        title={t('replay.same', { total })}
      />
    );
  }
  return (
    <>
      <Alert
        role="alert"
        status="danger"
        icon
        title={t('replay.differs', {
          different: String(different),
          total,
          missing: String(missing),
        })}
      />
      <ul className={classes.change}>
        {differences.map(({ decisionId, title, problem }) => (
          <li key={decisionId}>
            {title}
            <span className={classes.secondary}>{problem}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

/** Decides recorded requests again and says whether all came out the same. */
export function ReplaySection() {
  const { t } = useTranslationRef(policyTranslationRef);
  const policyApi = useApi(policyApiRef);
  const [days, setDays] = useState(30);
  const [report, setReport] = useState<ReplayReport>();
  const { isPending, error, run } = useWrite(setReport);
  const failure = error && describeError(error);
  return (
    <Section title={t('replay.title')}>
      <div className={classes.form}>
        <Text as="p" color="secondary">
          {t('replay.text')}
        </Text>
        <DaysField label={t('replay.days')} value={days} onChange={setDays} />
        <Button
          variant="secondary"
          isPending={isPending}
          onPress={() => run(() => policyApi.replay(days))}
        >
          {t('replay.run')}
        </Button>
      </div>
      {failure && (
        <Alert
          role="alert"
          status="danger"
          icon
          title={t('replay.failed', { reason: failure.title })}
          description={failure.remedy}
        />
      )}
      {report && !failure && (
        <div className={classes.results}>
          <Result report={report} />
        </div>
      )}
    </Section>
  );
}
