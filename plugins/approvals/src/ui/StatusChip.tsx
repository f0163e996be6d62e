import {
  RiAlertFill,
  RiCheckboxCircleFill,
  RiCircleLine,
  RiCloseCircleFill,
  RiErrorWarningFill,
  RiIndeterminateCircleFill,
  RiLoader4Line,
  RiTimeFill,
} from '@remixicon/react';
import classes from './ui.module.css';

/**
 * What a status means for people: its colour and, since colour alone says
 * nothing to some, its icon.
 *
 * @public
 */
export type StatusTone =
  | 'idle'
  | 'neutral'
  | 'progress'
  | 'waiting'
  | 'caution'
  | 'attention'
  | 'success'
  | 'failure';

const LOOKS: Record<StatusTone, { className: string; icon: JSX.Element }> = {
  idle: { className: classes.idle, icon: <RiCircleLine /> },
  neutral: { className: classes.neutral, icon: <RiIndeterminateCircleFill /> },
  progress: {
    className: classes.info,
    icon: <RiLoader4Line className={classes.spinning} />,
  },
  waiting: { className: classes.warning, icon: <RiTimeFill /> },
  caution: { className: classes.warning, icon: <RiAlertFill /> },
  attention: { className: classes.danger, icon: <RiErrorWarningFill /> },
  success: { className: classes.success, icon: <RiCheckboxCircleFill /> },
  failure: { className: classes.danger, icon: <RiCloseCircleFill /> },
};

/**
 * A status in one or two words.
 *
 * @public
 */
export function StatusChip(props: { tone: StatusTone; label: string }) {
  const { className, icon } = LOOKS[props.tone];
  return (
    <span className={`${classes.chip} ${className}`}>
      <span aria-hidden style={{ display: 'inline-flex' }}>
        {icon}
      </span>
      {props.label}
    </span>
  );
}
