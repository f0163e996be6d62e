import {
  Entity,
  GroupEntity,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import { useApi } from '@backstage/frontend-plugin-api';
import { catalogApiRef } from '@backstage/plugin-catalog-react';
import { useEffect, useState } from 'react';

/** A team that requests may concern. */
export interface Team {
  /** Entity ref of the group. */
  id: string;
  label: string;
}

const MOST_TEAMS = 500;

function toTeam(group: Entity): Team {
  const { displayName } = (group as GroupEntity).spec?.profile ?? {};
  const { title, name } = group.metadata;
  return { id: stringifyEntityRef(group), label: displayName ?? title ?? name };
}

function byLabel(left: Team, right: Team): number {
  return left.label.localeCompare(right.label);
}

/**
 * The groups of the catalog by their titles, at most 500; none as long as they
 * are not known, or if the catalog cannot be asked.
 */
export function useTeams(): Team[] {
  const catalogApi = useApi(catalogApiRef);
  const [teams, setTeams] = useState<Team[]>([]);
  useEffect(() => {
    let isGone = false;
    catalogApi
      .queryEntities({
        filter: { kind: 'Group' },
        fields: ['kind', 'metadata', 'spec.profile.displayName'],
        limit: MOST_TEAMS,
      })
      .then(
        ({ items }) => {
          if (!isGone) {
            setTeams(items.map(toTeam).sort(byLabel));
          }
        },
        // The list does not depend on it: it goes on without this choice.
        () => undefined,
      );
    return () => {
      isGone = true;
    };
  }, [catalogApi]);
  return teams;
}
