import { useEffect, useState } from 'react';

/** As in `form.module.css`: from there on two columns have room. */
const WIDE = '(min-width: 901px)';

/** Whether there is no room for the panel beside the form. */
export function useIsNarrow(): boolean {
  const [isWide, setIsWide] = useState(() => window.matchMedia(WIDE).matches);
  useEffect(() => {
    const query = window.matchMedia(WIDE);
    const update = () => setIsWide(query.matches);
    update();
    query.addEventListener('change', update);
    return () => query.removeEventListener('change', update);
  }, []);
  return !isWide;
}
