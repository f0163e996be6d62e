import { formatRelative } from './time';
import { useNow } from './useNow';

const REFRESH_MILLISECONDS = 20_000;

/**
 * A point in time as seen from now, with the exact time on hover.
 *
 * @param props.at - ISO 8601
 * @public
 */
export function RelativeTime(props: { at: string }) {
  const now = useNow(REFRESH_MILLISECONDS);
  return (
    <time
      dateTime={props.at}
      title={new Date(props.at).toLocaleString()}
      style={{ whiteSpace: 'nowrap' }}
    >
      {formatRelative(props.at, now)}
    </time>
  );
}
