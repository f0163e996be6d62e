import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { ButtonIcon, SearchField } from '@backstage/ui';
import { RiDownloadLine } from '@remixicon/react';
import { isSafeUrl } from '@self-service/plugin-approvals';
import { useLayoutEffect, useRef, useState } from 'react';
import { LogLine, StepView } from '../steps/types';
import { runsTranslationRef } from '../translation';
import { downloadText, formatStepLog } from './logFile';
import classes from './StepLog.module.css';

const URL_PATTERN = /(https?:\/\/[^\s<>"')\]]+)/g;

/** How near to its end, in pixels, the log has to be to follow it. */
const NEAR_END = 40;
/** Fewer lines are searched by eye. */
const SEARCHED_LINES = 5;

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

function Lines(props: { name: string; lines: LogLine[]; follow: boolean }) {
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);

  useLayoutEffect(() => {
    if (box.current && props.follow && isAtEnd.current) {
      box.current.scrollTop = box.current.scrollHeight;
    }
  }, [props.lines, props.follow]);

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

/**
 * Log of one step, with search and download; addresses in it are links.
 *
 * @param props.follow - scroll along as lines arrive, unless the reader has
 * scrolled back
 */
export function StepLog(props: {
  step: Pick<StepView, 'id' | 'name' | 'log'>;
  follow: boolean;
}) {
  const { step } = props;
  const { t } = useTranslationRef(runsTranslationRef);
  const [search, setSearch] = useState('');
  if (step.log.length === 0) {
    return <p className={classes.empty}>{t('run.emptyLog')}</p>;
  }
  const wanted = search.trim().toLocaleLowerCase();
  const found =
    wanted === ''
      ? step.log
      : step.log.filter(({ text }) =>
          text.toLocaleLowerCase().includes(wanted),
        );
  return (
    <div className={classes.box}>
      <div className={classes.tools}>
        {step.log.length >= SEARCHED_LINES && (
          <SearchField
            className={classes.search}
            aria-label={t('run.searchLog', { step: step.name })}
            placeholder={t('run.searchPlaceholder')}
            size="small"
            value={search}
            onChange={setSearch}
          />
        )}
        <span role="status" className={classes.found}>
          {wanted !== '' &&
            t('run.found', {
              amount: String(found.length),
              total: String(step.log.length),
            })}
        </span>
        <ButtonIcon
          aria-label={t('run.downloadLog', { step: step.name })}
          icon={<RiDownloadLine />}
          size="small"
          variant="tertiary"
          onPress={() => downloadText(`${step.id}.log`, formatStepLog(step))}
        />
      </div>
      <Lines
        name={t('run.showLog', { step: step.name })}
        lines={found}
        follow={props.follow && wanted === ''}
      />
    </div>
  );
}
