import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Switch } from '@backstage/ui';
import {
  ChannelsByKind,
  MESSAGE_KINDS,
  MessageKind,
  MessagePreferences,
} from '@self-service/plugin-approvals-common';
import { useId } from 'react';
import { messagesTranslationRef } from '../../messagesTranslation';
import classes from './messages.module.css';
import { isLastChannel, toggleChannel } from './preferences';

function KindRow(props: {
  kind: MessageKind;
  value: MessagePreferences;
  onChoose: (preferences: ChannelsByKind) => void;
}) {
  const { t } = useTranslationRef(messagesTranslationRef);
  const hintId = useId();
  const { kind, value, onChoose } = props;
  const { preferences, defaults, available } = value;
  const channels = available.map(({ channel }) => channel);
  const byDefault = available
    .filter(({ channel }) => defaults[kind].includes(channel))
    .map(({ title }) => title);
  const isLocked = channels.some(channel =>
    isLastChannel(preferences, kind, channel, channels),
  );
  return (
    <tr>
      <th scope="row">
        {t(`kind.${kind}`)}
        <span className={classes.hint}>
          {byDefault.length > 0
            ? t('preferences.byDefault', { channels: byDefault.join(', ') })
            : t('preferences.byDefaultNothing')}
        </span>
        {isLocked && (
          <span id={hintId} className={classes.hint}>
            {t('preferences.atLeastOne')}
          </span>
        )}
      </th>
      {available.map(({ channel, title }) => {
        const isLast = isLastChannel(preferences, kind, channel, channels);
        return (
          <td key={channel}>
            <Switch
              aria-label={t('preferences.cell', {
                kind: t(`kind.${kind}`),
                channel: title,
              })}
              aria-describedby={isLast ? hintId : undefined}
              isSelected={preferences[kind].includes(channel)}
              // Not disabled: it can be reached, and says why it stays on.
              isReadOnly={isLast}
              onChange={isOn =>
                onChoose(toggleChannel(preferences, kind, channel, isOn))
              }
            />
            <span aria-hidden className={classes.channel}>
              {title}
            </span>
          </td>
        );
      })}
    </tr>
  );
}

/** Kinds of messages by the channels that work here, with a switch for each. */
export function PreferenceTable(props: {
  value: MessagePreferences;
  onChoose: (preferences: ChannelsByKind) => void;
}) {
  const { t } = useTranslationRef(messagesTranslationRef);
  return (
    <table className={classes.table}>
      <thead>
        <tr>
          <th scope="col">{t('preferences.kind')}</th>
          {props.value.available.map(({ channel, title }) => (
            <th key={channel} scope="col">
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {MESSAGE_KINDS.map(kind => (
          <KindRow key={kind} kind={kind} {...props} />
        ))}
      </tbody>
    </table>
  );
}
