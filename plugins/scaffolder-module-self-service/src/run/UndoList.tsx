import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Effect } from '@self-service/plugin-runs-common';
import { FailureTexts, failureTranslationRef } from '../failureTranslation';
import classes from './dialogs.module.css';
import { isLive, nameEffect } from './effectWords';

function describeUndoing(effect: Effect, t: FailureTexts): string {
  if (effect.capability === 'observability') {
    return t('rollback.observability');
  }
  switch (`${effect.capability}/${effect.kind}`) {
    case 'git/pull request':
      return t('rollback.pullRequest');
    case 'git/repository':
      return t('rollback.repository');
    case 'infrastructure/apply':
      return t('rollback.apply');
    case 'secrets/secret':
      return t('rollback.secret');
    case 'secrets/secret version':
      return t('rollback.secretVersion');
    case 'secrets/secret access':
      return t('rollback.secretAccess');
    case 'infrastructure/workspace':
      return t('rollback.workspace');
    case 'catalog/catalog entity':
      return t('rollback.entity');
    default:
      return t('rollback.other', { provider: effect.provider });
  }
}

/** Of what others have built upon by now, a rollback takes nothing back. */
function staysAnyway({ capability, kind }: Effect): boolean {
  return capability === 'git' && kind === 'commit';
}

/** What a rollback undoes, in its order, and what it leaves. */
export function UndoList(props: { effects: Effect[] }) {
  const { t } = useTranslationRef(failureTranslationRef);
  const live = [...props.effects]
    .filter(effect => isLive(effect) && !staysAnyway(effect))
    .sort((left, right) => right.createdAt.localeCompare(left.createdAt));
  const staying = props.effects.filter(
    effect =>
      effect.status === 'retained' || (isLive(effect) && staysAnyway(effect)),
  );
  return (
    <div className={classes.body}>
      {live.length > 0 ? (
        <section>
          <h3 className={classes.heading}>{t('rollback.undone')}</h3>
          <ol className={classes.list}>
            {live.map(effect => (
              <li key={effect.id}>
                {nameEffect(effect)}
                <span className={classes.secondary}>
                  {describeUndoing(effect, t)}
                </span>
              </li>
            ))}
          </ol>
        </section>
      ) : (
        staying.length === 0 && (
          <p style={{ margin: 0 }}>{t('rollback.nothing')}</p>
        )
      )}
      {staying.length > 0 && (
        <section>
          <h3 className={classes.heading}>{t('rollback.stays')}</h3>
          <ul className={classes.list}>
            {staying.map(effect => (
              <li key={effect.id}>
                {nameEffect(effect)}
                <span className={classes.secondary}>
                  {effect.undoNote ??
                    (staysAnyway(effect) && t('rollback.commit'))}
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}
