import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert, ButtonLink } from '@backstage/ui';
import { ApprovalRequest, Stage } from '@self-service/plugin-approvals-common';
import { requestRouteRef } from '../routes';
import { approvalsTranslationRef } from '../translation';
import { EntityNames, RelativeTime } from '../ui';
import { StageStatusChip } from './chips';
import { Explanations } from './Explanations';
import { useStageTitle } from './request/useStageTitle';
import classes from './ApprovalSummary.module.css';

function StageLine(props: { stage: Stage }) {
  const { t } = useTranslationRef(approvalsTranslationRef);
  const getTitle = useStageTitle();
  const { stage } = props;
  return (
    <li className={classes.stage}>
      <StageStatusChip status={stage.status} />
      <span>
        {getTitle(stage)}
        {stage.status === 'open' && (
          <>
            {': '}
            <strong>
              {stage.eligible.length > 0 ? (
                <EntityNames entityRefs={stage.eligible} />
              ) : (
                t('stage.nobody')
              )}
            </strong>{' '}
            {t('summary.canDecide')}
            {stage.dueAt && (
              <span className={classes.secondary}>
                {', '}
                {t('summary.due')} <RelativeTime at={stage.dueAt} />
              </span>
            )}
          </>
        )}
      </span>
    </li>
  );
}

/**
 * One request in short, for pages about something else: who can approve, why,
 * since when, and a link to the request.
 *
 * @public
 */
export function ApprovalSummary(props: { request: ApprovalRequest }) {
  const { t } = useTranslationRef(approvalsTranslationRef);
  const requestLink = useRouteRef(requestRouteRef);
  const { request } = props;
  const problems = request.stages
    .filter(({ status }) => status === 'open')
    .flatMap(({ problem }) => problem ?? []);
  return (
    <div className={classes.summary}>
      <span className={classes.secondary}>
        {t('summary.asked')} <RelativeTime at={request.createdAt} />
      </span>
      <ul className={classes.stages}>
        {request.stages.map(stage => (
          <StageLine key={stage.id} stage={stage} />
        ))}
      </ul>
      {problems.map(problem => (
        <Alert key={problem} status="warning" icon title={problem} />
      ))}
      <div>
        <strong>{t('summary.why')}</strong>
        <Explanations decision={request.decision.decision} />
      </div>
      {requestLink && (
        <div>
          <ButtonLink
            variant="primary"
            href={requestLink({ requestId: request.id })}
          >
            {t('summary.open')}
          </ButtonLink>
        </div>
      )}
    </div>
  );
}
