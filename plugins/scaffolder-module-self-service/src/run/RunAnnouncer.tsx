import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { VisuallyHidden } from '@backstage/ui';
import { RunStatus } from '@self-service/plugin-runs-common';
import { useEffect, useRef, useState } from 'react';
import { runsTranslationRef } from '../translation';

/**
 * Tells readers of a screen reader that the run's status has changed; what it
 * was when the page opened is told by the heading.
 */
export function RunAnnouncer(props: { status: RunStatus }) {
  const { t } = useTranslationRef(runsTranslationRef);
  const { status } = props;
  const first = useRef(status);
  const [told, setTold] = useState('');
  useEffect(() => {
    if (first.current !== status || told !== '') {
      first.current = status;
      setTold(t('run.announce', { status: t(`runStatus.${status}`) }));
    }
  }, [status, told, t]);
  return <VisuallyHidden role="status">{told}</VisuallyHidden>;
}
