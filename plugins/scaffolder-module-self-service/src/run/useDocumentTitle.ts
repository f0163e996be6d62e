import { useEffect } from 'react';

/** Longer than the notifications plugin takes to write its own. */
const SETTLE_MILLISECONDS = 250;
/** What the notifications plugin puts in front: the number of unread ones. */
const COUNT = /^\(\d+\) /;

/**
 * Shows a title in the browser's tab as long as the component is there.
 *
 * @remarks
 * The notifications plugin writes the title too, to count in it what is
 * unread. When a notification arrives just as the title changes (the run has
 * ended) it brings back the title from before; so it is looked at again a
 * moment after each change.
 *
 * @param title - `undefined`: leave it as it is
 */
export function useDocumentTitle(title: string | undefined): void {
  useEffect(() => {
    if (title === undefined) {
      return undefined;
    }
    const before = document.title;
    document.title = title;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const observer = new MutationObserver(() => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        if (document.title.replace(COUNT, '') !== title) {
          document.title = title;
        }
      }, SETTLE_MILLISECONDS);
    });
    observer.observe(document.head, {
      childList: true,
      characterData: true,
      subtree: true,
    });
    return () => {
      observer.disconnect();
      clearTimeout(timer);
      document.title = before;
    };
  }, [title]);
}
