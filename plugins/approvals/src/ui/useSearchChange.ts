import { useCallback } from 'react';
import { useSearchParams } from 'react-router-dom';

/**
 * Changes the query of the page's address, where filters of a list are kept:
 * they stay when the page is loaded anew, and can be sent to somebody.
 *
 * @returns what sets parameters by their names; `''` and `undefined` take one
 * away, those that are not named stay
 * @public
 */
export function useSearchChange(): (
  changes: Record<string, string | undefined>,
) => void {
  const [, setSearch] = useSearchParams();
  return useCallback(
    changes =>
      setSearch(
        current => {
          const next = new URLSearchParams(current);
          for (const [name, value] of Object.entries(changes)) {
            if (value) {
              next.set(name, value);
            } else {
              next.delete(name);
            }
          }
          return next;
        },
        // Going back leaves the list, rather than undoing each letter.
        { replace: true },
      ),
    [setSearch],
  );
}
