import { Alert, Button } from '@backstage/ui';
import { describeError } from './describeError';

/**
 * Says in place of a page's content why it could not be loaded, with a button
 * to try again.
 *
 * @public
 */
export function LoadFailure(props: {
  /** What could not be loaded, as the subject of a sentence. */
  what: string;
  error: Error;
  onRetry: () => void;
}) {
  const { title, remedy } = describeError(props.error);
  return (
    <Alert
      role="alert"
      status="danger"
      icon
      title={`${props.what} could not be loaded: ${title}`}
      description={remedy}
      customActions={
        <Button variant="secondary" size="small" onPress={props.onRetry}>
          Try again
        </Button>
      }
    />
  );
}

/**
 * Says above content that it could not be renewed and may be out of date.
 *
 * @public
 */
export function StaleNotice(props: { error: Error; onRetry: () => void }) {
  const { title } = describeError(props.error);
  return (
    <Alert
      role="status"
      status="warning"
      icon
      title="This may be out of date"
      description={`It could not be renewed: ${title}`}
      customActions={
        <Button variant="secondary" size="small" onPress={props.onRetry}>
          Try again
        </Button>
      }
    />
  );
}
