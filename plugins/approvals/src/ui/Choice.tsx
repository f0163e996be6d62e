import { Select } from '@backstage/ui';

/** Stands for no filter: a select's option needs an id. */
const EVERY = '*';

/**
 * One choice that narrows a list down, or none.
 *
 * @public
 */
export function Choice(props: {
  label: string;
  /** Text of the option that narrows nothing down. */
  every: string;
  options: { id: string; label: string }[];
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}) {
  const { value, options } = props;
  // One of the address that nobody told of still shows that it filters.
  const isKnown = !value || options.some(({ id }) => id === value);
  return (
    <Select
      aria-label={props.label}
      options={[
        { id: EVERY, label: props.every },
        ...options,
        ...(isKnown ? [] : [{ id: value, label: value }]),
      ]}
      value={value ?? EVERY}
      onChange={key =>
        props.onChange(
          key === EVERY || typeof key !== 'string' ? undefined : key,
        )
      }
    />
  );
}
