import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert, Button, Text, TextAreaField } from '@backstage/ui';
import {
  BacktestQuestion,
  BacktestReport,
} from '@self-service/plugin-approvals-common';
import { useId, useState } from 'react';
import { policyApiRef } from '../../api/PolicyApi';
import { PolicyTexts, policyTranslationRef } from '../../policyTranslation';
import { describeError, Section } from '../../ui';
import { useWrite } from '../request/useWrite';
import { BacktestResult } from './BacktestResult';
import { DaysField } from './DaysField';
import classes from './policy.module.css';

const EXAMPLE = '{ "cost": { "lead_from": 250 } }';

/** The bytes of a file as base64, as the API wants a bundle. */
function readBase64(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onerror = () => reject(reader.error);
    // A data URL: what stands behind its comma is the base64.
    reader.onload = () => resolve(String(reader.result).split(',')[1] ?? '');
    reader.readAsDataURL(file);
  });
}

/** @returns the changes, or what is wrong with them */
function readOverrides(
  t: PolicyTexts,
  text: string,
): BacktestQuestion['overrides'] | string {
  if (text.trim() === '') {
    return undefined;
  }
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? { ...value }
      : t('backtest.badJson', { reason: text.trim().slice(0, 40) });
  } catch (error) {
    return t('backtest.badJson', { reason: String(error) });
  }
}

/** Asks what a proposed policy would have decided otherwise. */
export function BacktestSection() {
  const { t } = useTranslationRef(policyTranslationRef);
  const policyApi = useApi(policyApiRef);
  const bundleId = useId();
  const [text, setText] = useState('');
  const [file, setFile] = useState<File>();
  const [days, setDays] = useState(30);
  const [problem, setProblem] = useState<string>();
  const [report, setReport] = useState<BacktestReport>();
  const { isPending, error, run } = useWrite(setReport);
  const failure = error && describeError(error);

  const start = () => {
    const overrides = readOverrides(t, text);
    setReport(undefined);
    if (typeof overrides === 'string' || (!overrides && !file)) {
      setProblem(
        typeof overrides === 'string' ? overrides : t('backtest.nothing'),
      );
      return;
    }
    setProblem(undefined);
    run(async () =>
      policyApi.backtest({
        days,
        overrides,
        bundle: file && (await readBase64(file)),
      }),
    );
  };

  return (
    <Section title={t('backtest.title')}>
      <div className={classes.form}>
        <Text as="p" color="secondary">
          {t('backtest.text')}
        </Text>
        <div className={`${classes.wide} ${classes.code}`}>
          <TextAreaField
            label={t('backtest.overrides')}
            description={t('backtest.overridesHint')}
            placeholder={EXAMPLE}
            rows={5}
            value={text}
            onChange={setText}
          />
        </div>
        <div className={classes.field}>
          <label htmlFor={bundleId}>{t('backtest.bundle')}</label>
          <input
            id={bundleId}
            type="file"
            accept=".gz,.tgz"
            onChange={event => setFile(event.target.files?.[0])}
          />
        </div>
        <DaysField label={t('backtest.days')} value={days} onChange={setDays} />
        {problem && (
          <Text as="p" role="alert" color="danger">
            {problem}
          </Text>
        )}
        <Button variant="primary" isPending={isPending} onPress={start}>
          {t('backtest.run')}
        </Button>
      </div>
      {failure && (
        <Alert
          role="alert"
          status="danger"
          icon
          title={t('backtest.failed', { reason: failure.title })}
          description={failure.remedy}
        />
      )}
      {report && <BacktestResult report={report} />}
    </Section>
  );
}
