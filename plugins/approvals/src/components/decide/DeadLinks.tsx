import {
  identityApiRef,
  useApi,
  useRouteRef,
  useTranslationRef,
} from '@backstage/frontend-plugin-api';
import { Button, ButtonLink } from '@backstage/ui';
import { RiLinkUnlink, RiMailLine, RiUserUnfollowLine } from '@remixicon/react';
import { messagesTranslationRef } from '../../messagesTranslation';
import { rootRouteRef } from '../../routes';
import { EmptyState, EntityName } from '../../ui';
import { useIdentity } from './useIdentity';

function InboxLink() {
  const { t } = useTranslationRef(messagesTranslationRef);
  const inbox = useRouteRef(rootRouteRef);
  return inbox ? (
    <ButtonLink variant="secondary" href={inbox()}>
      {t('decide.inbox')}
    </ButtonLink>
  ) : (
    <></>
  );
}

/** Says that the page was opened without a link's token. */
export function NoLink() {
  const { t } = useTranslationRef(messagesTranslationRef);
  return (
    <EmptyState
      icon={<RiMailLine aria-hidden />}
      title={t('noLink.title')}
      description={t('noLink.text')}
      action={<InboxLink />}
    />
  );
}

/** Says that the backend has never heard of the token. */
export function UnknownLink() {
  const { t } = useTranslationRef(messagesTranslationRef);
  return (
    <EmptyState
      icon={<RiLinkUnlink aria-hidden />}
      title={t('unknownLink.title')}
      description={t('unknownLink.text')}
      action={<InboxLink />}
    />
  );
}

/** Says that the link is another person's, and as whom the reader is signed in. */
export function ForeignLink() {
  const { t } = useTranslationRef(messagesTranslationRef);
  const identityApi = useApi(identityApiRef);
  const viewer = useIdentity();
  return (
    <EmptyState
      icon={<RiUserUnfollowLine aria-hidden />}
      title={t('foreignLink.title')}
      description={t('foreignLink.text')}
      action={
        <>
          {viewer && (
            <span>
              {t('decide.asYou')}{' '}
              <strong>
                <EntityName entityRef={viewer} />
              </strong>
            </span>
          )}
          <Button variant="secondary" onPress={() => identityApi.signOut()}>
            {t('foreignLink.signOut')}
          </Button>
        </>
      }
    />
  );
}
