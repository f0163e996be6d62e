import {
  Alert,
  Button,
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
  Text,
} from '@backstage/ui';
import { ReactNode } from 'react';
import { describeError } from '../ui';

/**
 * A dialog around one write, which says why it failed.
 *
 * @public
 */
export function WriteDialog(props: {
  title: string;
  text?: string;
  confirm: string;
  back: string;
  isDestructive?: boolean;
  isPending: boolean;
  /** Leaves nothing to confirm, only the way back. */
  isBlocked?: boolean;
  /** What is wrong with what was filled in. */
  problem?: string;
  error?: Error;
  describeFailure: (reason: string) => string;
  onConfirm: () => void;
  onClose: () => void;
  children?: ReactNode;
}) {
  const failure = props.error && describeError(props.error);
  return (
    <Dialog isOpen onOpenChange={isOpen => !isOpen && props.onClose()}>
      <DialogHeader>{props.title}</DialogHeader>
      <DialogBody style={{ display: 'grid', gap: 'var(--bui-space-4)' }}>
        {props.text && (
          <Text as="p" color="secondary">
            {props.text}
          </Text>
        )}
        {props.children}
        {props.problem && (
          <Text as="p" role="alert" color="danger">
            {props.problem}
          </Text>
        )}
        {failure && (
          <Alert
            role="alert"
            status="danger"
            icon
            title={props.describeFailure(failure.title)}
            description={failure.remedy}
          />
        )}
      </DialogBody>
      <DialogFooter>
        <Button variant="secondary" onPress={props.onClose}>
          {props.back}
        </Button>
        <Button
          variant="primary"
          destructive={props.isDestructive}
          isPending={props.isPending}
          isDisabled={props.isBlocked}
          onPress={props.onConfirm}
        >
          {props.confirm}
        </Button>
      </DialogFooter>
    </Dialog>
  );
}
