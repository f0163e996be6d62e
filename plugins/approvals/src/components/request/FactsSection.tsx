import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Link } from '@backstage/ui';
import { ApprovalRequest } from '@self-service/plugin-approvals-common';
import { runRouteRef } from '../../routes';
import { approvalsTranslationRef } from '../../translation';
import { EntityName, EntityNames, FactList, Section } from '../../ui';
import { DueTime, RiskChip } from '../chips';
import { formatCost } from '../words';

/** What the request is about, as policy saw it. */
export function FactsSection(props: { request: ApprovalRequest }) {
  const { t } = useTranslationRef(approvalsTranslationRef);
  const runLink = useRouteRef(runRouteRef);
  const { request } = props;
  const { facts, subject } = request.decision;
  const cost = formatCost(request);
  const others = facts.affectedTeams.filter(team => team !== facts.team);
  return (
    <Section title={t('request.facts')}>
      <FactList
        facts={[
          [t('request.operation'), facts.operation],
          [t('request.environment'), facts.environment],
          [t('request.cost'), cost && t('request.costValue', { cost })],
          [t('request.risk'), <RiskChip request={request} />],
          [
            t('request.team'),
            facts.team && (
              <EntityName entityRef={facts.team} defaultKind="group" />
            ),
          ],
          [
            t('request.affectedTeams'),
            others.length > 0 ? (
              <EntityNames entityRefs={others} defaultKind="group" />
            ) : undefined,
          ],
          [
            t('request.due'),
            request.status === 'pending' ? (
              <DueTime request={request} />
            ) : undefined,
          ],
          [
            t('request.plan'),
            subject?.plan &&
              t('request.planValue', {
                add: String(subject.plan.add),
                change: String(subject.plan.change),
                destroy: String(subject.plan.destroy),
              }),
          ],
          [
            t('request.head'),
            subject && <code>{subject.head.slice(0, 12)}</code>,
          ],
          [
            t('request.template'),
            <EntityName entityRef={facts.template} defaultKind="template" />,
          ],
          [
            t('request.run'),
            runLink && (
              <Link href={runLink({ taskId: request.taskId })}>
                {t('request.openRun')}
              </Link>
            ),
          ],
        ]}
      />
    </Section>
  );
}
