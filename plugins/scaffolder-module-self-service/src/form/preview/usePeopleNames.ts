import {
  useApiHolder,
  useTranslationRef,
} from '@backstage/frontend-plugin-api';
import {
  defaultEntityPresentation,
  entityPresentationApiRef,
} from '@backstage/plugin-catalog-react';
import { approvalsTranslationRef } from '@self-service/plugin-approvals';
import { PreviewedStage } from '@self-service/plugin-approvals-common';
import { useEffect, useMemo, useState } from 'react';
import { listWords } from './readPreview';

/** More people than that are called by what they are. */
const MOST_NAMES = 3;
const KNOWN_KINDS = ['team-lead', 'finance', 'security', 'freeze'] as const;

/** Gives a function that names the kind of a stage for people. */
export function useStageName(): (kind: string, id?: string) => string {
  const { t } = useTranslationRef(approvalsTranslationRef);
  return (kind, id) => {
    const known = KNOWN_KINDS.find(one => one === kind);
    return known ? t(`stageKind.${known}`) : id ?? kind;
  };
}

/** Names of entities as the catalog shows them, by their refs. */
function useEntityNames(refs: readonly string[]): Map<string, string> {
  const api = useApiHolder().get(entityPresentationApiRef);
  const [names, setNames] = useState(new Map<string, string>());
  const asked = refs.join(' ');
  useEffect(() => {
    let isGone = false;
    const ask = async (ref: string) => {
      const presentation = api
        ? await api.forEntity(ref).promise
        : defaultEntityPresentation(ref);
      return [ref, presentation.primaryTitle] as const;
    };
    const wanted = asked === '' ? [] : asked.split(' ');
    Promise.all(wanted.map(ask)).then(
      entries => !isGone && setNames(new Map(entries)),
      // Without names people are called by what they are.
      () => undefined,
    );
    return () => {
      isGone = true;
    };
  }, [api, asked]);
  return names;
}

/**
 * Those who must approve, in a few words: `Leo Brandt`, `Leo Brandt and
 * Finance`, `Ada or Bo`; empty without stages.
 */
export function usePeopleNames(stages: readonly PreviewedStage[]): string {
  const nameStage = useStageName();
  const refs = useMemo(
    () => [...new Set(stages.flatMap(({ eligible }) => eligible))],
    [stages],
  );
  const names = useEntityNames(refs);
  const people = stages.map(({ eligible, kind, id, quorum }) => {
    const known = eligible.map(ref => names.get(ref) ?? ref);
    const isShort = known.length > 0 && known.length <= MOST_NAMES;
    return isShort && quorum === 1
      ? listWords(known, 'disjunction')
      : nameStage(kind, id);
  });
  return listWords(people, 'conjunction');
}
