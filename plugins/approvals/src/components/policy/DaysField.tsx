import { NumberField } from '@backstage/ui';
import classes from './policy.module.css';

const MAXIMUM_DAYS = 366;

/** How many days back, 1 to 366. */
export function DaysField(props: {
  label: string;
  value: number;
  onChange: (days: number) => void;
}) {
  return (
    <div className={classes.number}>
      <NumberField
        label={props.label}
        minValue={1}
        maxValue={MAXIMUM_DAYS}
        step={1}
        value={props.value}
        onChange={days => props.onChange(Number.isNaN(days) ? 1 : days)}
      />
    </div>
  );
}
