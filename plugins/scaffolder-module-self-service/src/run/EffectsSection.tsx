import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Text } from '@backstage/ui';
import { SafeLink, Section, StatusChip } from '@self-service/plugin-approvals';
import { Effect } from '@self-service/plugin-runs-common';
import { runsTranslationRef } from '../translation';
import { EFFECT_TONES } from '../words';
import { BreakableText } from './BreakableText';
import classes from './EffectsSection.module.css';
import { toShortName } from './effectWords';

function UndoNote(props: { effect: Effect }) {
  const { t } = useTranslationRef(runsTranslationRef);
  const { undoNote, undoUrl, undoAttempts, status } = props.effect;
  const isTrying = status === 'undoing' || status === 'undo-failed';
  if (!undoNote && !undoUrl) {
    return <></>;
  }
  return (
    <span className={classes.note}>
      {undoNote}
      {isTrying && undoAttempts !== undefined && undoAttempts > 1 && (
        <> ({t('effect.tries', { tries: String(undoAttempts) })})</>
      )}
      {undoUrl && (
        <>
          {' '}
          <SafeLink url={undoUrl}>{t('effect.follow')}</SafeLink>
        </>
      )}
    </span>
  );
}

function EffectRow(props: { effect: Effect; isRunning: boolean }) {
  const { t } = useTranslationRef(runsTranslationRef);
  const { effect } = props;
  return (
    <li className={classes.effect}>
      <span className={classes.name}>
        {effect.url ? (
          <SafeLink url={effect.url}>
            <BreakableText text={toShortName(effect.name)} />
          </SafeLink>
        ) : (
          <BreakableText text={toShortName(effect.name)} />
        )}
        <span className={classes.secondary}>
          {effect.kind} · {effect.provider}
        </span>
      </span>
      {effect.status === 'intended' && props.isRunning ? (
        <StatusChip tone="progress" label={t('effectStatus.inProgress')} />
      ) : (
        <StatusChip
          tone={EFFECT_TONES[effect.status]}
          label={t(`effectStatus.${effect.status}`)}
        />
      )}
      <UndoNote effect={effect} />
    </li>
  );
}

/** What the run has made outside, how that stands, and how its undoing does. */
export function EffectsSection(props: {
  effects: Effect[];
  /** Whether the run may still finish what it has begun. */
  isRunning: boolean;
}) {
  const { t } = useTranslationRef(runsTranslationRef);
  return (
    <Section title={t('run.exists')}>
      {props.effects.length > 0 ? (
        <ul className={classes.effects}>
          {props.effects.map(effect => (
            <EffectRow
              key={effect.id}
              effect={effect}
              isRunning={props.isRunning}
            />
          ))}
        </ul>
      ) : (
        <Text color="secondary">{t('run.nothingExists')}</Text>
      )}
    </Section>
  );
}
