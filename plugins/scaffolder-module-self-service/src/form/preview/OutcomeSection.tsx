import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  EntityNames,
  Explanations,
  formatDuration,
  StatusChip,
  StatusTone,
} from '@self-service/plugin-approvals';
import {
  FormPreview,
  PreviewedStage,
} from '@self-service/plugin-approvals-common';
import { formTranslationRef } from '../../formTranslation';
import { useFormSession } from '../formSession';
import classes from './preview.module.css';
import {
  listWords,
  PreviewOutcome,
  readMilliseconds,
  readOutcome,
} from './readPreview';
import { useStageName } from './usePeopleNames';

const MOST_PEOPLE = 4;

const TONES: Record<PreviewOutcome, StatusTone> = {
  auto: 'success',
  approval: 'waiting',
  denied: 'failure',
  incomplete: 'neutral',
};

/** The outcome of a preview in one or two words. */
export function OutcomeChip(props: { preview: FormPreview }) {
  const { t } = useTranslationRef(formTranslationRef);
  const outcome = readOutcome(props.preview);
  return <StatusChip tone={TONES[outcome]} label={t(`outcome.${outcome}`)} />;
}

/** Who decides a stage, and how long that takes. */
function StageLine(props: { stage: PreviewedStage; isOnly: boolean }) {
  const { t } = useTranslationRef(formTranslationRef);
  const nameStage = useStageName();
  const { stage } = props;
  const shown = stage.eligible.slice(0, MOST_PEOPLE);
  const count = stage.eligible.length - shown.length;
  const due = formatDuration(readMilliseconds(stage.due));
  return (
    <li>
      <div>
        {nameStage(stage.kind, stage.id)}
        {': '}
        {stage.quorum > 1 &&
          `${t('stage.quorum', { quorum: String(stage.quorum) })} `}
        <strong>
          {shown.length > 0 ? (
            <EntityNames entityRefs={shown} />
          ) : (
            t('stage.nobody')
          )}
        </strong>
        {count > 0 && ` ${t('stage.more', { amount: String(count) })}`}
      </div>
      <div className={classes.secondary}>
        {/* Of a single stage the whole request says it. */}
        {stage.typicalSeconds === undefined || props.isOnly
          ? t('stage.due', { duration: due })
          : t('stage.usually', {
              duration: formatDuration(stage.typicalSeconds * 1_000),
            })}
      </div>
      {stage.problem && <div className={classes.problem}>{stage.problem}</div>}
    </li>
  );
}

function Approval(props: { preview: FormPreview }) {
  const { t } = useTranslationRef(formTranslationRef);
  const { decision, stages, typical } = props.preview;
  const duration = formatDuration((typical?.seconds ?? 0) * 1_000);
  return (
    <>
      {decision.type === 'sequential' && <p>{t('outcome.sequential')}</p>}
      <ul className={classes.list}>
        {stages.map(stage => (
          <StageLine
            key={stage.id}
            stage={stage}
            isOnly={stages.length === 1}
          />
        ))}
      </ul>
      <p className={classes.secondary}>
        {typical === undefined && t('outcome.noHistory')}
        {typical?.samples === 1 && t('outcome.typicalOne', { duration })}
        {typical &&
          typical.samples !== 1 &&
          t('outcome.typical', { duration, samples: String(typical.samples) })}
      </p>
    </>
  );
}

/** Whether the form goes through at once, and what it takes if it does not. */
export function OutcomeSection(props: { preview: FormPreview }) {
  const { t } = useTranslationRef(formTranslationRef);
  const { fields } = useFormSession();
  const { preview } = props;
  const outcome = readOutcome(preview);
  return (
    <div className={classes.outcome}>
      <OutcomeChip preview={preview} />
      {outcome === 'auto' && preview.decision.reasons.length === 0 && (
        <p className={classes.secondary}>{t('outcome.autoText')}</p>
      )}
      {outcome === 'incomplete' && (
        <p className={classes.secondary}>
          {t('outcome.incompleteText', {
            fields: listWords(
              preview.incomplete.map(name => fields.get(name)?.title ?? name),
              'conjunction',
            ),
          })}
        </p>
      )}
      {outcome === 'denied' && (
        <>
          <p>{t('outcome.deniedText')}</p>
          <Explanations decision={preview.decision} />
        </>
      )}
      {outcome === 'approval' && <Approval preview={preview} />}
    </div>
  );
}
