import { useId } from 'react';
import classes from './freezes.module.css';

/**
 * A date and time of the person's own time zone.
 *
 * @param props.value - `YYYY-MM-DDTHH:MM`, empty without one
 */
export function MomentField(props: {
  label: string;
  value: string;
  onChange: (value: string) => void;
}) {
  const id = useId();
  return (
    <div className={classes.field}>
      <label htmlFor={id}>{props.label}</label>
      <input
        id={id}
        type="datetime-local"
        required
        className={classes.moment}
        value={props.value}
        onChange={event => props.onChange(event.target.value)}
      />
    </div>
  );
}
