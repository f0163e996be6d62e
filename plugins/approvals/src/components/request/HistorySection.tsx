import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { HistoryEntry } from '@self-service/plugin-approvals-common';
import { approvalsTranslationRef } from '../../translation';
import { EntityName, RelativeTime, Section } from '../../ui';
import classes from './HistorySection.module.css';

function Actor(props: { actor: string }) {
  // A service's name reads like an entity reference (`plugin:approvals`).
  return props.actor.startsWith('user:') ? (
    <EntityName entityRef={props.actor} />
  ) : (
    <>{props.actor}</>
  );
}

function toWords(event: string): string {
  const words = event.replace(/[-_.]/g, ' ');
  return words.charAt(0).toLocaleUpperCase('en-US') + words.slice(1);
}

/** What has happened with the request, newest first. */
export function HistorySection(props: { history: HistoryEntry[] }) {
  const { t } = useTranslationRef(approvalsTranslationRef);
  if (props.history.length === 0) {
    return <></>;
  }
  return (
    <Section title={t('request.history')}>
      <ol className={classes.timeline}>
        {[...props.history].reverse().map((entry, index) => (
          <li key={index}>
            <strong>{toWords(entry.event)}</strong>
            <span className={classes.secondary}>
              <Actor actor={entry.actor} /> · <RelativeTime at={entry.at} />
            </span>
            {entry.detail && (
              <span className={classes.detail}>{entry.detail}</span>
            )}
          </li>
        ))}
      </ol>
    </Section>
  );
}
