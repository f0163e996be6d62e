import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Explanations } from '@self-service/plugin-approvals';
import {
  FormPreview,
  PreviewedCreation,
} from '@self-service/plugin-approvals-common';
import { ServingSystem } from '@self-service/plugin-runs-common';
import { formTranslationRef } from '../../formTranslation';
import classes from './preview.module.css';
import { PanelSection } from './PanelSection';
import { formatMoney, listWords, readOutcome } from './readPreview';

function CreationLine(props: {
  creation: PreviewedCreation;
  systems: readonly ServingSystem[];
}) {
  const { t } = useTranslationRef(formTranslationRef);
  const { kind, name, capability } = props.creation;
  const titles = props.systems
    .filter(system => system.capability === capability)
    .map(({ title }) => title);
  return (
    <li>
      <div>
        {kind}{' '}
        {name ? (
          <code className={classes.name}>{name}</code>
        ) : (
          <em className={classes.secondary}>{t('creates.unnamed')}</em>
        )}
      </div>
      {titles.length > 0 && (
        <div className={classes.secondary}>
          {t('creates.in', { system: listWords(titles, 'disjunction') })}
        </div>
      )}
    </li>
  );
}

/** What the run would create, under which names, and where; some only remove. */
export function CreatesSection(props: {
  preview: FormPreview;
  systems: readonly ServingSystem[];
}) {
  const { t } = useTranslationRef(formTranslationRef);
  const { creates } = props.preview;
  return creates.length > 0 ? (
    <PanelSection title={t('creates.title')}>
      <ul className={classes.list}>
        {creates.map((creation, index) => (
          <CreationLine
            key={`${creation.kind} ${index}`}
            creation={creation}
            systems={props.systems}
          />
        ))}
      </ul>
    </PanelSection>
  ) : (
    <></>
  );
}

/** What the run would cost a month, and what that is made of. */
export function CostSection(props: { preview: FormPreview }) {
  const { t } = useTranslationRef(formTranslationRef);
  const { cost } = props.preview;
  if (!cost) {
    return (
      <PanelSection title={t('cost.title')}>
        <p className={classes.secondary}>{t('cost.unknown')}</p>
      </PanelSection>
    );
  }
  const { monthly, currency, parts } = cost;
  return (
    <PanelSection title={t('cost.title')}>
      <p className={classes.amount}>
        {monthly === 0
          ? t('cost.free')
          : t('cost.monthly', { cost: formatMoney(monthly, currency) })}
      </p>
      {monthly > 0 && parts.length > 0 && (
        <ul className={classes.list}>
          {parts.map(({ label, monthly: amount }) => (
            <li key={label} className={classes.part}>
              <span>{label}</span>
              <span>{formatMoney(amount, currency)}</span>
            </li>
          ))}
        </ul>
      )}
    </PanelSection>
  );
}

/** Who gets which access. */
export function GrantsSection(props: { preview: FormPreview }) {
  const { t } = useTranslationRef(formTranslationRef);
  const { grants } = props.preview;
  return grants.length > 0 ? (
    <PanelSection title={t('grants.title')}>
      <ul className={classes.list}>
        {grants.map(grant => (
          <li key={grant}>{grant}</li>
        ))}
      </ul>
    </PanelSection>
  ) : (
    <></>
  );
}

/** Which rules apply; those that forbid it are told with the outcome. */
export function RulesSection(props: { preview: FormPreview }) {
  const { t } = useTranslationRef(formTranslationRef);
  const { preview } = props;
  const outcome = readOutcome(preview);
  const isTold = outcome === 'denied' || outcome === 'incomplete';
  return isTold || preview.decision.reasons.length === 0 ? (
    <></>
  ) : (
    <PanelSection title={t('rules.title')}>
      <Explanations decision={preview.decision} />
    </PanelSection>
  );
}

/** What to know beforehand; it holds nobody up. */
export function WarningsSection(props: { preview: FormPreview }) {
  const { t } = useTranslationRef(formTranslationRef);
  const { warnings } = props.preview;
  return warnings.length > 0 ? (
    <PanelSection title={t('warnings.title')}>
      <ul className={classes.list}>
        {warnings.map(({ code, text }) => (
          <li key={`${code} ${text}`} className={classes.warning}>
            {text}
          </li>
        ))}
      </ul>
    </PanelSection>
  ) : (
    <></>
  );
}
