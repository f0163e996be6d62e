import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button } from '@backstage/ui';
import {
  Alternative,
  FormPreview,
} from '@self-service/plugin-approvals-common';
import { useId } from 'react';
import { formTranslationRef } from '../../formTranslation';
import { useFormSession } from '../formSession';
import classes from './preview.module.css';
import { PanelSection } from './PanelSection';
import { formatMoney, listWords } from './readPreview';
import { useStageName } from './usePeopleNames';

function useEffectWords(currency: string | undefined) {
  const { t } = useTranslationRef(formTranslationRef);
  const nameStage = useStageName();
  return ({ outcome, avoids, monthlyCost }: Alternative): string => {
    const words: string[] = [];
    if (outcome === 'auto-approve') {
      words.push(t('alternatives.auto'));
    } else if (avoids.length > 0) {
      const stages = listWords(
        avoids.map(kind => nameStage(kind)),
        'disjunction',
      );
      words.push(t('alternatives.avoids', { stages }));
    } else {
      words.push(t('alternatives.shorter'));
    }
    if (monthlyCost !== undefined) {
      const cost = formatMoney(monthlyCost, currency);
      words.push(t('alternatives.cost', { cost }));
    }
    return words.join(', ');
  };
}

function AlternativeRow(props: { alternative: Alternative; effect: string }) {
  const { t } = useTranslationRef(formTranslationRef);
  const { setValue } = useFormSession();
  const textId = useId();
  const { parameter, value, title, valueTitle } = props.alternative;
  return (
    <li className={classes.alternative}>
      <div id={textId}>
        {t('alternatives.text', { field: title, value: valueTitle })}
        <div className={classes.secondary}>{props.effect}</div>
      </div>
      {/* Described, not labelled: a label with the name of a field would be
          taken for that field. */}
      <Button
        size="small"
        variant="secondary"
        aria-describedby={textId}
        onPress={() => setValue(parameter, value)}
      >
        {t('alternatives.use')}
      </Button>
    </li>
  );
}

/** What to change for a shorter way, each with a button that does. */
export function AlternativesSection(props: { preview: FormPreview }) {
  const { t } = useTranslationRef(formTranslationRef);
  const { alternatives, cost } = props.preview;
  const describeEffect = useEffectWords(cost?.currency);
  if (alternatives.length === 0) {
    return <></>;
  }
  const goesThrough = alternatives.some(
    ({ outcome }) => outcome === 'auto-approve',
  );
  return (
    <PanelSection
      title={t(
        goesThrough ? 'alternatives.title' : 'alternatives.titleShorter',
      )}
    >
      <ul className={classes.list}>
        {alternatives.map(alternative => (
          <AlternativeRow
            key={`${alternative.parameter} ${alternative.value}`}
            alternative={alternative}
            effect={describeEffect(alternative)}
          />
        ))}
      </ul>
    </PanelSection>
  );
}
