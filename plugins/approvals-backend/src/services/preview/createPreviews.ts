import { AuthService } from '@backstage/backend-plugin-api';
import {
  RecentAnswers,
  VisibleTemplates,
} from '@self-service/plugin-runs-node';
import { Knex } from 'knex';
import { DecidedRequests } from '../../database';
import { ApproverResolver } from '../ApproverResolver';
import { Clock } from '../Clock';
import { DeciderOptions, Freezes } from '../Decider';
import { FormPreviews } from './FormPreviews';
import { EntityReader, rememberCatalog } from './rememberCatalog';
import { TypicalTimes } from './TypicalTimes';

/** How long the times that people took are good enough. */
const TIMES_MS = 60_000;

/**
 * Puts the previews of forms together.
 *
 * @param options.memoryMilliseconds - how long people, groups and templates
 * may be known from memory
 */
export function createPreviews(options: {
  catalog: EntityReader;
  auth: AuthService;
  knex: Knex;
  clock: Clock;
  freezes: { snapshot(): Promise<Freezes> };
  deciding: Omit<DeciderOptions, 'freezes' | 'newOwners'>;
  memoryMilliseconds: number;
}): FormPreviews {
  const { catalog, auth, knex, memoryMilliseconds: milliseconds } = options;
  const remembering = rememberCatalog({
    catalog,
    auth,
    recent: new RecentAnswers({ milliseconds }),
  });
  return new FormPreviews({
    ...options,
    templates: new VisibleTemplates({
      catalog,
      recent: new RecentAnswers({ milliseconds }),
    }),
    newResolver: () => new ApproverResolver({ catalog: remembering, auth }),
    times: new TypicalTimes({
      requests: new DecidedRequests(knex),
      recent: new RecentAnswers({
        milliseconds: milliseconds > 0 ? TIMES_MS : 0,
      }),
    }),
  });
}
