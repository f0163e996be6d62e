import { useApi } from '@backstage/frontend-plugin-api';
import { TemplateStatistic } from '@self-service/plugin-runs-common';
import { useEffect, useState } from 'react';
import { FormApi, formApiRef } from '../form/api/FormApi';

const FRESH_MILLISECONDS = 30_000;

/** The list has a card for each template: all of them ask once. */
const asked = new WeakMap<
  FormApi,
  { at: number; answer: Promise<TemplateStatistic[]> }
>();

async function askOnce(api: FormApi): Promise<TemplateStatistic[]> {
  const now = Date.now();
  const known = asked.get(api);
  if (known && now - known.at < FRESH_MILLISECONDS) {
    return known.answer;
  }
  const answer = api.listStatistics();
  asked.set(api, { at: now, answer });
  // A failure must not stay for as long as an answer.
  answer.catch(() => asked.delete(api));
  return answer;
}

/** How runs of a template went. */
export interface KnownStatistics {
  /** Absent where it has never run. */
  statistic?: TemplateStatistic;
}

/**
 * How runs of a template went; `undefined` as long as that is not known, or if
 * the backend cannot tell.
 */
export function useTemplateStatistics(
  templateRef: string,
): KnownStatistics | undefined {
  const formApi = useApi(formApiRef);
  const [known, setKnown] = useState<KnownStatistics>();
  useEffect(() => {
    let isGone = false;
    askOnce(formApi).then(
      all =>
        !isGone &&
        setKnown({
          statistic: all.find(one => one.templateRef === templateRef),
        }),
      // A template can be used without them.
      () => undefined,
    );
    return () => {
      isGone = true;
    };
  }, [formApi, templateRef]);
  return known;
}
