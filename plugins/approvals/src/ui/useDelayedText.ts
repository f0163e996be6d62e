import { useEffect, useRef, useState } from 'react';

const DELAY_MILLISECONDS = 300;

/**
 * What stands in a text field, told on only when the typing rests.
 *
 * @param value - what counts now; when it changes, the field takes it
 * @param onChange - gets the text after the rest
 * @returns the field's text, and what sets it
 * @public
 */
export function useDelayedText(
  value: string,
  onChange: (value: string) => void,
): [text: string, setText: (text: string) => void] {
  const [text, setText] = useState(value);
  const [seen, setSeen] = useState(value);
  if (seen !== value) {
    setSeen(value);
    setText(value);
  }
  const tell = useRef(onChange);
  useEffect(() => {
    tell.current = onChange;
  });
  useEffect(() => {
    if (text === value) {
      return undefined;
    }
    const timer = setTimeout(() => tell.current(text), DELAY_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [text, value]);
  return [text, setText];
}
