import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button } from '@backstage/ui';
import {
  ConfiguredFreeze,
  FreezePhase,
  FreezeRecord,
} from '@self-service/plugin-approvals-common';
import { policyTranslationRef } from '../../policyTranslation';
import { EntityName, StatusChip, StatusTone } from '../../ui';
import classes from './freezes.module.css';

const PHASE_TONES: Record<FreezePhase, StatusTone> = {
  upcoming: 'idle',
  active: 'waiting',
  over: 'neutral',
};

const moment = new Intl.DateTimeFormat('en', {
  dateStyle: 'medium',
  timeStyle: 'short',
});

function Facts(props: { freeze: ConfiguredFreeze; phase: FreezePhase }) {
  const { t } = useTranslationRef(policyTranslationRef);
  const { freeze, phase } = props;
  return (
    <>
      <span className={classes.title}>
        <strong>{freeze.reason ?? t('freezes.noReason')}</strong>
        <StatusChip tone={PHASE_TONES[phase]} label={t(`phase.${phase}`)} />
      </span>
      <span>
        <time dateTime={freeze.from}>
          {moment.format(new Date(freeze.from))}
        </time>
        {' – '}
        <time dateTime={freeze.to}>{moment.format(new Date(freeze.to))}</time>
        {' · '}
        {freeze.environments?.join(', ') ?? t('freezes.everywhere')}
      </span>
    </>
  );
}

/** A freeze that the policy data brings along. */
export function ConfiguredFreezeRow(props: {
  freeze: ConfiguredFreeze;
  phase: FreezePhase;
}) {
  return (
    <div className={classes.freeze}>
      <div className={classes.facts}>
        <Facts {...props} />
      </div>
    </div>
  );
}

/** A freeze that a person made, with what the reader may do with it. */
export function FreezeRow(props: {
  freeze: FreezeRecord;
  phase: FreezePhase;
  onEnd?: () => void;
  onExempt?: () => void;
}) {
  const { t } = useTranslationRef(policyTranslationRef);
  const { freeze, phase, onEnd, onExempt } = props;
  const isOver = phase === 'over';
  return (
    <div className={classes.freeze}>
      <div className={classes.facts}>
        <Facts freeze={freeze} phase={phase} />
        <span className={classes.secondary}>
          {t('freezes.madeBy')} <EntityName entityRef={freeze.createdBy} />
          {freeze.endedBy && (
            <>
              {' · '}
              {t('freezes.endedBy')} <EntityName entityRef={freeze.endedBy} />
            </>
          )}
        </span>
        {freeze.exemptions.length > 0 && (
          <span className={classes.secondary}>
            {t('freezes.exemptions')}:{' '}
            {freeze.exemptions
              .map(({ value, reason }) => `${value} (${reason})`)
              .join(', ')}
          </span>
        )}
      </div>
      {!isOver && (onEnd || onExempt) && (
        <div className={classes.actions}>
          {onExempt && (
            <Button variant="secondary" size="small" onPress={onExempt}>
              {t('freezes.exempt')}
            </Button>
          )}
          {onEnd && (
            <Button variant="secondary" size="small" onPress={onEnd}>
              {t(phase === 'active' ? 'freezes.end' : 'freezes.callOff')}
            </Button>
          )}
        </div>
      )}
    </div>
  );
}
