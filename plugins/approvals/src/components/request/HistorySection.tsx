import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { HistoryEntry, Stage } from '@self-service/plugin-approvals-common';
import { approvalsTranslationRef } from '../../translation';
import { EntityName, RelativeTime, Section } from '../../ui';
import classes from './HistorySection.module.css';
import { useStageTitle } from './useStageTitle';

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
export function HistorySection(props: {
  history: HistoryEntry[];
  /** Stages of the request, which the history names as policy does. */
  stages: Stage[];
}) {
  const { t } = useTranslationRef(approvalsTranslationRef);
  const getTitle = useStageTitle();
  const toTitle = (detail: string) => {
    const stage = props.stages.find(({ name }) => name === detail);
    return stage ? getTitle(stage) : detail;
  };
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
              <span className={classes.detail}>{toTitle(entry.detail)}</span>
            )}
          </li>
        ))}
      </ol>
    </Section>
  );
}
