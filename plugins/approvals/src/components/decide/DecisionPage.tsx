import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Skeleton } from '@backstage/ui';
import {
  ApprovalRequest,
  LinkLook,
  Verdict,
} from '@self-service/plugin-approvals-common';
import { useCallback, useEffect, useState } from 'react';
import { useLocation } from 'react-router-dom';
import { messagesApiRef } from '../../api/MessagesApi';
import { messagesTranslationRef } from '../../messagesTranslation';
import { approvalsTranslationRef } from '../../translation';
import {
  Columns,
  EntityName,
  LoadFailure,
  PageContent,
  PageHeader,
  RelativeTime,
  StaleNotice,
  useLiveQuery,
} from '../../ui';
import { RequestStatusChip } from '../chips';
import { FactsSection } from '../request/FactsSection';
import { LinksSection } from '../request/LinksSection';
import { Outcome } from '../request/Outcome';
import { ParametersSection } from '../request/ParametersSection';
import { StagesSection } from '../request/StagesSection';
import { WhySection } from '../request/WhySection';
import { useApprovalsSignal } from '../useApprovalsSignal';
import { ForeignLink, NoLink, UnknownLink } from './DeadLinks';
import { DecisionSection } from './DecisionSection';
import { forgetDecisionToken, readDecisionToken } from './decisionToken';
import { Result, UnusableLink } from './Result';
import { useIdentity } from './useIdentity';

const POLL_MILLISECONDS = 15_000;

interface Voted {
  request: ApprovalRequest;
  verdict: Verdict;
}

function Title(props: { request: ApprovalRequest }) {
  const { t } = useTranslationRef(approvalsTranslationRef);
  const { request } = props;
  return (
    <PageHeader
      title={request.title}
      status={<RequestStatusChip status={request.status} />}
      meta={[
        <>
          {t('request.askedBy')} <EntityName entityRef={request.requester} />{' '}
          <RelativeTime at={request.createdAt} />
        </>,
      ]}
    />
  );
}

/** Everything needed to decide, around what decides or says why nothing does. */
function Decision(props: {
  token: string;
  look: LinkLook;
  voted: Voted | undefined;
  onVoted: (voted: Voted) => void;
  onRefused: () => void;
}) {
  const { token, look, voted } = props;
  const viewer = useIdentity();
  const request = voted?.request ?? look.request;
  const isOpen = look.usable && !voted;
  return (
    <>
      <Title request={request} />
      <Columns
        main={
          <>
            {isOpen && (
              <DecisionSection
                token={token}
                look={look}
                viewer={viewer}
                onDone={(detail, verdict) =>
                  props.onVoted({ request: detail.request, verdict })
                }
                onRefused={props.onRefused}
              />
            )}
            {voted && <Result {...voted} />}
            {!isOpen && !voted && (
              <UnusableLink request={request} reason={look.reason} />
            )}
            {!voted && <Outcome request={request} />}
            <WhySection request={request} />
            <StagesSection
              detail={{
                request,
                viewer: {
                  votableStages: isOpen ? [look.stageId] : [],
                  canCancel: false,
                },
              }}
            />
            <ParametersSection parameters={request.decision.facts.parameters} />
          </>
        }
        side={
          <>
            <FactsSection request={request} />
            <LinksSection request={request} />
          </>
        }
      />
    </>
  );
}

function hasStatus(error: Error | undefined, statusCode: number): boolean {
  return (
    error !== undefined &&
    'statusCode' in error &&
    error.statusCode === statusCode
  );
}

/** What one link is for; looking at it changes nothing. */
function DecisionLink(props: { token: string }) {
  const { token } = props;
  const { t } = useTranslationRef(messagesTranslationRef);
  const messagesApi = useApi(messagesApiRef);
  const [voted, setVoted] = useState<Voted>();
  const load = useCallback(
    (signal: AbortSignal) => messagesApi.lookAtLink(token, { signal }),
    [messagesApi, token],
  );
  const { value, error, refresh } = useLiveQuery(load, {
    // What came of the vote does not change on this page.
    everyMilliseconds: voted ? undefined : POLL_MILLISECONDS,
    signal: useApprovalsSignal(),
  });
  if (hasStatus(error, 403) && !voted) {
    return <ForeignLink />;
  }
  if (hasStatus(error, 404) && !voted) {
    return <UnknownLink />;
  }
  if (!value) {
    return error ? (
      <LoadFailure what={t('decide.what')} error={error} onRetry={refresh} />
    ) : (
      <div
        aria-busy="true"
        style={{ display: 'grid', gap: 16, paddingTop: 16 }}
      >
        <Skeleton width="60%" height={32} />
        <Skeleton width="100%" height={200} />
      </div>
    );
  }
  return (
    <>
      {error && !voted && <StaleNotice error={error} onRetry={refresh} />}
      <Decision
        token={token}
        look={value}
        voted={voted}
        onVoted={done => {
          forgetDecisionToken();
          setVoted(done);
        }}
        onRefused={refresh}
      />
    </>
  );
}

/**
 * Where the link of a mail leads: what it is about, and the buttons that
 * decide. Opening it decides nothing, whoever or whatever opens it.
 */
export function DecisionPage() {
  const location = useLocation();
  const [token, setToken] = useState(readDecisionToken);
  // A second link may have been opened in this tab meanwhile.
  useEffect(() => {
    const held = readDecisionToken();
    if (held) {
      setToken(held);
    }
  }, [location]);
  return (
    <PageContent>
      {token ? <DecisionLink key={token} token={token} /> : <NoLink />}
    </PageContent>
  );
}
