import { AuthService, LoggerService } from '@backstage/backend-plugin-api';
import { CatalogService } from '@backstage/plugin-catalog-node';
import {
  GitProvider,
  Provider,
  SecretsProvider,
} from '@self-service/plugin-providers-node';
import {
  RecentAnswers,
  VisibleTemplates,
} from '@self-service/plugin-runs-node';
import { Knex } from 'knex';
import { EffectStore } from '../../database/EffectStore';
import { EndedRunStore } from '../../database/EndedRunStore';
import { Clock } from '../Clock';
import { FormChecks } from './FormChecks';
import { listSystems } from './listSystems';
import { NameLookups } from './NameLookups';
import { TemplateStatisticsReader } from './TemplateStatisticsReader';

/** How long what was found out is good enough for somebody who types. */
const MEMORY_MS = 10_000;
const STATISTICS_MEMORY_MS = 60_000;
/** How long a system may take while somebody types. */
const TIME_LIMIT_MS = 2_000;

/** Puts together what forms ask while they are filled in. */
export function createForms(deps: {
  database: Knex;
  effects: EffectStore;
  catalog: Pick<CatalogService, 'getEntityByRef' | 'getEntitiesByRefs'>;
  auth: AuthService;
  git: readonly GitProvider[];
  secrets: readonly SecretsProvider[];
  providers: readonly Provider[];
  defaultGitHost?: string;
  clock: Clock;
  stopping: AbortSignal;
  logger: LoggerService;
}) {
  const { database, catalog, providers } = deps;
  const memory = { milliseconds: MEMORY_MS };
  return {
    formChecks: FormChecks.create({
      ...deps,
      templates: new VisibleTemplates({
        catalog,
        recent: new RecentAnswers(memory),
      }),
      lookups: NameLookups.create(deps),
      recent: new RecentAnswers(memory),
      newTimeLimit: () => AbortSignal.timeout(TIME_LIMIT_MS),
    }),
    templateStatistics: TemplateStatisticsReader.create({
      ...deps,
      endedRuns: EndedRunStore.create(database),
      recent: new RecentAnswers({ milliseconds: STATISTICS_MEMORY_MS }),
      visible: new RecentAnswers(memory),
    }),
    systems: listSystems(providers),
  };
}
