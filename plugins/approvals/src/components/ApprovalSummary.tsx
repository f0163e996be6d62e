import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert, ButtonLink } from '@backstage/ui';
import { ApprovalRequest, Stage } from '@self-service/plugin-approvals-common';
import { requestRouteRef } from '../routes';
import { approvalsTranslationRef } from '../translation';
import { EntityNames, RelativeTime, Sentences } from '../ui';
import { RequestStatusChip, StageStatusChip } from './chips';
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
            {stage.eligible.length > 0 ? (
              <strong>
                <EntityNames entityRefs={stage.eligible} />
              </strong>
            ) : (
              t('stage.nobody')
            )}
            {stage.dueAt && (
              <span className={classes.secondary}>
                {' '}
                ({t('summary.due')} <RelativeTime at={stage.dueAt} />)
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
      <div className={classes.line}>
        <RequestStatusChip status={request.status} />
        <span className={classes.secondary}>
          {t('summary.since')} <RelativeTime at={request.createdAt} />
        </span>
      </div>
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
        <Sentences sentences={request.decision.explanations} />
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
