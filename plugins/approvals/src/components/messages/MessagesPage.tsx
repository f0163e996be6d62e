import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button, Skeleton, Text } from '@backstage/ui';
import { MessagePreferences } from '@self-service/plugin-approvals-common';
import { messagesTranslationRef } from '../../messagesTranslation';
import {
  describeError,
  LoadFailure,
  PageContent,
  Section,
  StaleNotice,
} from '../../ui';
import { ApprovalsTabs } from '../ApprovalsTabs';
import classes from './messages.module.css';
import { arePreferencesEqual } from './preferences';
import { PreferenceTable } from './PreferenceTable';
import { SaveState, usePreferences } from './usePreferences';

/** Says how the last change stands. */
function Saving(props: { state: SaveState }) {
  const { t } = useTranslationRef(messagesTranslationRef);
  const { state } = props;
  if (state.status === 'failed') {
    const { title, remedy } = describeError(state.error);
    return (
      <Text as="p" role="alert" color="danger">
        {t('preferences.notSaved', { reason: title })} {remedy}
      </Text>
    );
  }
  return (
    <Text as="p" role="status" color="secondary">
      {state.status !== 'idle' && t(`preferences.${state.status}`)}
    </Text>
  );
}

function Preferences(props: {
  value: MessagePreferences;
  saving: SaveState;
  onChoose: (preferences: MessagePreferences['preferences']) => void;
}) {
  const { t } = useTranslationRef(messagesTranslationRef);
  const { value, onChoose } = props;
  if (value.available.length === 0) {
    return (
      <Text as="p" color="secondary">
        {t('preferences.none')}
      </Text>
    );
  }
  return (
    <>
      <Text as="p" color="secondary">
        {t('preferences.intro')}
      </Text>
      <PreferenceTable value={value} onChoose={onChoose} />
      <div className={classes.foot}>
        <Button
          variant="secondary"
          isDisabled={arePreferencesEqual(value.preferences, value.defaults)}
          onPress={() => onChoose(value.defaults)}
        >
          {t('preferences.reset')}
        </Button>
        <Saving state={props.saving} />
      </div>
    </>
  );
}

/** Where the signed-in person is told of what. */
export function MessagesPage() {
  const { t } = useTranslationRef(messagesTranslationRef);
  const { query, saving, choose } = usePreferences();
  const { value, error, refresh } = query;
  return (
    <PageContent>
      <div style={{ paddingBlock: 'var(--bui-space-2) var(--bui-space-4)' }}>
        <ApprovalsTabs />
      </div>
      {error && value && <StaleNotice error={error} onRetry={refresh} />}
      {error && !value && (
        <LoadFailure
          what={t('preferences.what')}
          error={error}
          onRetry={refresh}
        />
      )}
      {!error && !value && (
        <div aria-busy="true">
          <Skeleton width="100%" height={240} />
        </div>
      )}
      {value && (
        <Section title={t('preferences.what')}>
          <div className={classes.preferences}>
            <Preferences value={value} saving={saving} onChoose={choose} />
          </div>
        </Section>
      )}
    </PageContent>
  );
}
