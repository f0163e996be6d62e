import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { isSafeUrl } from '@self-service/plugin-approvals';
import { useLayoutEffect, useRef } from 'react';
import { LogLine } from '../steps/types';
import { runsTranslationRef } from '../translation';
import classes from './StepLog.module.css';

const URL_PATTERN = /(https?:\/\/[^\s<>"')\]]+)/g;

/** How near to its end, in pixels, the log has to be to follow it. */
const NEAR_END = 40;

function LinkedText(props: { text: string }) {
  return (
    <>
      {props.text.split(URL_PATTERN).map((part, index) =>
        index % 2 === 1 && isSafeUrl(part) ? (
          <a key={index} href={part} target="_blank" rel="noopener noreferrer">
            {part}
          </a>
        ) : (
          part
        ),
      )}
    </>
  );
}

/**
 * Log of one step; addresses in it are links.
 *
 * @param props.follow - scroll along as lines arrive, unless the reader has
 * scrolled back
 */
export function StepLog(props: {
  name: string;
  lines: LogLine[];
  follow: boolean;
}) {
  const { t } = useTranslationRef(runsTranslationRef);
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);

  useLayoutEffect(() => {
    if (box.current && props.follow && isAtEnd.current) {
      box.current.scrollTop = box.current.scrollHeight;
    }
  }, [props.lines, props.follow]);

  if (props.lines.length === 0) {
    return <p className={classes.empty}>{t('run.emptyLog')}</p>;
  }
  return (
    <div
      ref={box}
      role="log"
      aria-label={props.name}
      className={classes.log}
      onScroll={({ currentTarget }) => {
        const { scrollHeight, scrollTop, clientHeight } = currentTarget;
        isAtEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_END;
      }}
    >
      {props.lines.map(line => (
        <div key={line.id} className={classes.line}>
          <time dateTime={line.at} className={classes.time}>
            {new Date(line.at).toLocaleTimeString()}
          </time>
          <span className={classes.text}>
            <LinkedText text={line.text} />
          </span>
        </div>
      ))}
    </div>
  );
}
