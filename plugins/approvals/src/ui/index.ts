export { Choice } from './Choice';
export { describeError, type ErrorDescription } from './describeError';
export { EntityName, EntityNames } from './EntityName';
export {
  Columns,
  EmptyState,
  FactList,
  PageContent,
  PageHeader,
  Section,
  Sentences,
} from './layout';
export { FilterBar } from './FilterBar';
export { LivePages, type LivePage } from './LivePages';
export { LoadFailure, StaleNotice } from './LoadFailure';
export { RelativeTime } from './RelativeTime';
export { isSafeUrl, SafeLink } from './SafeLink';
export { StatusChip, type StatusTone } from './StatusChip';
export { formatDuration, formatRelative } from './time';
export { useLiveQuery, type LiveQuery } from './useLiveQuery';
export { useNow } from './useNow';
export { useSearchChange } from './useSearchChange';
