import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button, Skeleton, Text } from '@backstage/ui';
import {
  FreezeList,
  freezePhase,
  FreezePhase,
  FreezeRecord,
} from '@self-service/plugin-approvals-common';
import { RiCalendarLine } from '@remixicon/react';
import { useCallback, useState } from 'react';
import { policyApiRef } from '../../api/PolicyApi';
import { policyTranslationRef } from '../../policyTranslation';
import {
  EmptyState,
  LoadFailure,
  PageContent,
  Section,
  StaleNotice,
  useLiveQuery,
  useNow,
} from '../../ui';
import { ApprovalsTabs } from '../ApprovalsTabs';
import { useApprovalsSignal } from '../useApprovalsSignal';
import { EndFreezeDialog, ExemptDialog } from './ChangeFreezeDialogs';
import { CreateFreezeDialog } from './CreateFreezeDialog';
import { ConfiguredFreezeRow, FreezeRow } from './FreezeRow';
import classes from './freezes.module.css';

const POLL_MILLISECONDS = 30_000;

const SECTIONS: [FreezePhase, 'now' | 'upcoming' | 'past'][] = [
  ['active', 'now'],
  ['upcoming', 'upcoming'],
  ['over', 'past'],
];

type Open =
  | { dialog: 'create' }
  | { dialog: 'end' | 'exempt'; freeze: FreezeRecord };

function Freezes(props: { list: FreezeList; onOpen: (open: Open) => void }) {
  const { t } = useTranslationRef(policyTranslationRef);
  const now = useNow(POLL_MILLISECONDS);
  const { list, onOpen } = props;
  if (list.freezes.length === 0 && list.configured.length === 0) {
    return (
      <EmptyState
        icon={<RiCalendarLine />}
        title={t('freezes.emptyTitle')}
        description={t('freezes.emptyText')}
      />
    );
  }
  return (
    <div className={classes.list}>
      {SECTIONS.map(([phase, title]) => {
        const freezes = list.freezes.filter(
          freeze => freezePhase(freeze, now) === phase,
        );
        return freezes.length === 0 ? undefined : (
          <Section key={phase} title={t(`freezes.${title}`)}>
            {freezes.map(freeze => (
              <FreezeRow
                key={freeze.id}
                freeze={freeze}
                phase={phase}
                onEnd={
                  list.viewer.canEnd
                    ? () => onOpen({ dialog: 'end', freeze })
                    : undefined
                }
                onExempt={
                  list.viewer.canExempt
                    ? () => onOpen({ dialog: 'exempt', freeze })
                    : undefined
                }
              />
            ))}
          </Section>
        );
      })}
      {list.configured.length > 0 && (
        <Section title={t('freezes.configured')}>
          <Text as="p" color="secondary">
            {t('freezes.configuredText')}
          </Text>
          {list.configured.map(freeze => (
            <ConfiguredFreezeRow
              key={freeze.id}
              freeze={freeze}
              phase={freezePhase(freeze, now)}
            />
          ))}
        </Section>
      )}
    </div>
  );
}

/** Change freezes: those in force, to come and over, and what to do. */
export function FreezesPage() {
  const { t } = useTranslationRef(policyTranslationRef);
  const policyApi = useApi(policyApiRef);
  const [open, setOpen] = useState<Open>();
  const load = useCallback(
    (signal: AbortSignal) => policyApi.listFreezes({ signal }),
    [policyApi],
  );
  const { value, error, refresh } = useLiveQuery(load, {
    everyMilliseconds: POLL_MILLISECONDS,
    signal: useApprovalsSignal(),
  });
  const dialog = {
    onClose: () => setOpen(undefined),
    onDone: () => {
      setOpen(undefined);
      refresh();
    },
  };
  return (
    <PageContent>
      <div className={classes.bar}>
        <ApprovalsTabs />
        {value?.viewer.canCreate && (
          <Button
            variant="primary"
            onPress={() => setOpen({ dialog: 'create' })}
          >
            {t('freezes.create')}
          </Button>
        )}
      </div>
      {!value && !error && (
        <div aria-busy="true">
          <Skeleton width="100%" height={120} />
        </div>
      )}
      {!value && error && (
        <LoadFailure what={t('freezes.what')} error={error} onRetry={refresh} />
      )}
      {value && error && <StaleNotice error={error} onRetry={refresh} />}
      {value && <Freezes list={value} onOpen={setOpen} />}
      {value && open?.dialog === 'create' && (
        <CreateFreezeDialog environments={value.environments} {...dialog} />
      )}
      {open?.dialog === 'end' && (
        <EndFreezeDialog freeze={open.freeze} {...dialog} />
      )}
      {open?.dialog === 'exempt' && (
        <ExemptDialog freeze={open.freeze} {...dialog} />
      )}
    </PageContent>
  );
}
