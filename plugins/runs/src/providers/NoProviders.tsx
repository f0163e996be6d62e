import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { RiPlugLine } from '@remixicon/react';
import { EmptyState } from '@self-service/plugin-approvals';
import { providersTranslationRef } from '../translation';
import classes from './providers.module.css';

/** A vendor's module, as `packages/backend/src/index.ts` adds it. */
const BACKEND = `backend.add(
  import('@self-service/plugin-providers-module-vault'),
);`;

/** What that module needs at least; its README has the rest. */
const CONFIG = `providers:
  vault:
    address: https://vault.example.com
    auth:
      appRole:
        roleId: \${VAULT_ROLE_ID}
        secretId: \${VAULT_SECRET_ID}`;

function Example(props: { title: string; code: string }) {
  return (
    <figure className={classes.example}>
      <figcaption>{props.title}</figcaption>
      <pre>{props.code}</pre>
    </figure>
  );
}

/** Says how providers are installed. */
export function NoProviders() {
  const { t } = useTranslationRef(providersTranslationRef);
  return (
    <EmptyState
      icon={<RiPlugLine aria-hidden />}
      title={t('empty.title')}
      description={t('empty.text')}
      action={
        <>
          <Example title={t('empty.backend')} code={BACKEND} />
          <Example title={t('empty.config')} code={CONFIG} />
        </>
      }
    />
  );
}
