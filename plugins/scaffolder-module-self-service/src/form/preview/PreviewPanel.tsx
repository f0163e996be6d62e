import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert, Button, Card, Skeleton } from '@backstage/ui';
import { describeError } from '@self-service/plugin-approvals';
import { FormPreview } from '@self-service/plugin-approvals-common';
import { useId } from 'react';
import { formTranslationRef } from '../../formTranslation';
import { formApiRef } from '../api/FormApi';
import { useFormSession } from '../formSession';
import { useAnswer } from '../useAnswer';
import { AlternativesSection } from './AlternativesSection';
import {
  CostSection,
  CreatesSection,
  GrantsSection,
  RulesSection,
  WarningsSection,
} from './MatterSections';
import { OutcomeChip, OutcomeSection } from './OutcomeSection';
import classes from './preview.module.css';
import { PreviewAnnouncer } from './PreviewAnnouncer';
import { ProblemsSection } from './ProblemsSection';
import { formatMoney } from './readPreview';
import { useIsNarrow } from './useIsNarrow';

/** Says that there is no answer, or only one to earlier values. */
function PreviewFailure(props: { error: Error; isStale: boolean }) {
  const { t } = useTranslationRef(formTranslationRef);
  const { preview } = useFormSession();
  const reason = describeError(props.error).title;
  return (
    <Alert
      role="status"
      status="warning"
      icon
      title={t(props.isStale ? 'panel.stale' : 'panel.failed', { reason })}
      description={t('panel.failedText')}
      customActions={
        <Button size="small" variant="secondary" onPress={preview.askAgain}>
          {t('panel.again')}
        </Button>
      }
    />
  );
}

function PreviewSections(props: { preview: FormPreview }) {
  const formApi = useApi(formApiRef);
  const systems = useAnswer('systems', signal =>
    formApi.listSystems({ signal }),
  );
  const { preview } = props;
  return (
    <>
      <OutcomeSection preview={preview} />
      <ProblemsSection />
      <AlternativesSection preview={preview} />
      <WarningsSection preview={preview} />
      <CreatesSection preview={preview} systems={systems.value ?? []} />
      <CostSection preview={preview} />
      <GrantsSection preview={preview} />
      <RulesSection preview={preview} />
    </>
  );
}

function PanelContent() {
  const { t } = useTranslationRef(formTranslationRef);
  const { value, error, isAsking } = useFormSession().preview;
  return (
    <div className={classes.content} aria-busy={isAsking}>
      {error && <PreviewFailure error={error} isStale={Boolean(value)} />}
      {value && <PreviewSections preview={value} />}
      {!value && !error && (
        <div role="status" aria-label={t('panel.loading')}>
          <Skeleton width="60%" height={24} />
          <Skeleton width="100%" height={120} style={{ marginTop: 12 }} />
        </div>
      )}
      {!value && error && <ProblemsSection />}
    </div>
  );
}

/** The outcome and the cost, where there is no room for more. */
function Summary() {
  const { t } = useTranslationRef(formTranslationRef);
  const { preview } = useFormSession();
  const { cost } = preview.value ?? {};
  return (
    <summary className={classes.summary}>
      {preview.value ? (
        <OutcomeChip preview={preview.value} />
      ) : (
        <span>{t('panel.title')}</span>
      )}
      {cost && cost.monthly > 0 && (
        <span>
          {t('cost.monthly', {
            cost: formatMoney(cost.monthly, cost.currency),
          })}
        </span>
      )}
      <span className={classes.more}>
        <span className={classes.show}>{t('panel.show')}</span>
        <span className={classes.hide}>{t('panel.hide')}</span>
      </span>
    </summary>
  );
}

/**
 * What will happen when the form is submitted, as it is filled in now: beside
 * the form, or a bar below it where the screen is narrow.
 */
export function PreviewPanel() {
  const { t } = useTranslationRef(formTranslationRef);
  const titleId = useId();
  const isNarrow = useIsNarrow();
  const { isAsking, value } = useFormSession().preview;
  const title = (
    <h2 id={titleId} className={classes.title}>
      {t('panel.title')}
      {isAsking && value && (
        <span className={classes.updating}>{t('panel.updating')}</span>
      )}
    </h2>
  );
  return (
    <aside aria-labelledby={titleId} className={classes.panel}>
      <PreviewAnnouncer />
      {isNarrow ? (
        <Card className={classes.card}>
          <details className={classes.details}>
            <Summary />
            {title}
            <PanelContent />
          </details>
        </Card>
      ) : (
        <Card className={classes.card}>
          {title}
          <PanelContent />
        </Card>
      )}
    </aside>
  );
}
