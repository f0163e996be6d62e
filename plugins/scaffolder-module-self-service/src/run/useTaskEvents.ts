import { useApi } from '@backstage/frontend-plugin-api';
import { scaffolderApiRef } from '@backstage/plugin-scaffolder-react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { TaskEventReader, TaskEvents } from './TaskEventReader';

const UNREAD: TaskEvents = { events: [], isRead: false };

/**
 * Follows the events of a run over all its attempts.
 *
 * @param taskId - another run starts anew
 * @param reopenKey - anything that changes when there may be new events: a
 * stream that has ended is opened again then, which for a run that has ended
 * costs one short request
 * @returns what is known, and `retry`, which tries at once what failed
 */
export function useTaskEvents(
  taskId: string,
  reopenKey: string,
): TaskEvents & { retry: () => void } {
  const scaffolderApi = useApi(scaffolderApiRef);
  const [known, setKnown] = useState(UNREAD);
  const reader = useRef<TaskEventReader>();

  useEffect(() => {
    const opened = new TaskEventReader(
      after => scaffolderApi.streamLogs({ taskId, after }),
      setKnown,
    );
    setKnown(UNREAD);
    reader.current = opened;
    opened.open();
    return () => {
      reader.current = undefined;
      opened.close();
    };
  }, [scaffolderApi, taskId]);

  const retry = useCallback(() => reader.current?.open(), []);
  useEffect(retry, [retry, reopenKey]);

  return { ...known, retry };
}
