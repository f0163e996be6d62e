import { Button, SearchField } from '@backstage/ui';
import { RiFilterOffLine } from '@remixicon/react';
import { ReactNode } from 'react';
import classes from './FilterBar.module.css';
import { useDelayedText } from './useDelayedText';

/**
 * Fields that narrow a list down: a text, which is told on when the typing
 * rests, and whatever choices the list has.
 *
 * @public
 */
export function FilterBar(props: {
  /** What the fields are for, for those who navigate by landmarks. */
  label: string;
  /** What the text is looked for in. */
  textLabel: string;
  text: string | undefined;
  onTextChange: (text: string) => void;
  /** Whether there is anything to clear. */
  isFiltered: boolean;
  clearLabel: string;
  onClear: () => void;
  /** Puts the fields at the end of the line, beside what stands before them. */
  atEnd?: boolean;
  children: ReactNode;
}) {
  const [text, setText] = useDelayedText(props.text ?? '', props.onTextChange);
  return (
    <div
      role="search"
      aria-label={props.label}
      className={classes.bar}
      data-at-end={props.atEnd}
    >
      <SearchField
        className={classes.search}
        aria-label={props.textLabel}
        placeholder={props.textLabel}
        size="small"
        maxLength={200}
        value={text}
        onChange={setText}
      />
      {props.children}
      {props.isFiltered && (
        <Button
          variant="tertiary"
          size="small"
          iconStart={<RiFilterOffLine />}
          onPress={props.onClear}
        >
          {props.clearLabel}
        </Button>
      )}
    </div>
  );
}
