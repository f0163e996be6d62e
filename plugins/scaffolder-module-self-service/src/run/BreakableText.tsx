import { Fragment } from 'react';

/**
 * A name that is long and has no blanks, for example of a pull request or an
 * action: it breaks after `/`, `:` and `-` rather than within a word.
 */
export function BreakableText(props: { text: string }) {
  return (
    <span>
      {props.text.split(/(?<=[/:-])/).map((part, index) => (
        <Fragment key={index}>
          {part}
          <wbr />
        </Fragment>
      ))}
    </span>
  );
}
