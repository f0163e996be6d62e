import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseAllDocuments } from 'yaml';

/** One person of the demo, as the catalog data has them. */
export interface Person {
  /** Login and catalog name, for example `dana`. */
  id: string;
  displayName: string;
  email: string;
  /** Names of the groups the person is a direct member of. */
  teams: string[];
}

/** One group of the demo. */
export interface Team {
  name: string;
  displayName: string;
}

/** People and teams, in the order of the file. */
export interface Organisation {
  people: Person[];
  teams: Team[];
}

/** The catalog file with the demo's User and Group entities. */
export const ORGANISATION_FILE = join(
  dirname(require.resolve('../../package.json')),
  'catalog/org.yaml',
);

interface CatalogEntity {
  kind: string;
  metadata: { name: string };
  spec: {
    profile: { displayName: string; email?: string };
    memberOf?: string[];
  };
}

/**
 * Reads the demo people from the catalog data, the one source of them.
 *
 * @param file - a YAML file of Backstage User and Group entities
 */
export function readOrganisation(file = ORGANISATION_FILE): Organisation {
  const entities = parseAllDocuments(readFileSync(file, 'utf8')).map(
    document => document.toJS() as CatalogEntity,
  );
  return {
    people: entities
      .filter(entity => entity.kind === 'User')
      .map(entity => ({
        id: entity.metadata.name,
        displayName: entity.spec.profile.displayName,
        email: entity.spec.profile.email ?? '',
        teams: entity.spec.memberOf ?? [],
      })),
    teams: entities
      .filter(entity => entity.kind === 'Group')
      .map(entity => ({
        name: entity.metadata.name,
        displayName: entity.spec.profile.displayName,
      })),
  };
}
