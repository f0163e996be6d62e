import { CatalogService } from '@backstage/plugin-catalog-node';
import { TemplateStatistic } from '@self-service/plugin-runs-common';
import { RecentAnswers } from '@self-service/plugin-runs-node';
import { EndedRun, EndedRunStore } from '../../database/EndedRunStore';
import { Clock } from '../Clock';
import { UserCredentials } from '../RunAccess';

const HISTORY_MS = 90 * 24 * 60 * 60 * 1000;
/** Of so many runs, the newest of all templates together, numbers are made. */
const MAXIMUM_RUNS = 10_000;

/** Says how runs of templates went. */
export class TemplateStatisticsReader {
  readonly #deps: TemplateStatisticsDeps;

  private constructor(deps: TemplateStatisticsDeps) {
    this.#deps = deps;
  }

  static create(deps: TemplateStatisticsDeps): TemplateStatisticsReader {
    return new TemplateStatisticsReader(deps);
  }

  /**
   * The numbers of those templates that have runs and that the caller can see
   * in the catalog.
   *
   * @param templateRefs - all of them where it is absent
   */
  async read(
    templateRefs: readonly string[] | undefined,
    credentials: UserCredentials,
  ): Promise<TemplateStatistic[]> {
    const all = (await this.#deps.recent.get('all', () => this.#count())) ?? [];
    const wanted =
      templateRefs &&
      new Set(templateRefs.map(ref => ref.toLocaleLowerCase('en-US')));
    const asked = all.filter(
      ({ templateRef }) => !wanted || wanted.has(templateRef),
    );
    if (asked.length === 0) {
      return [];
    }
    const visible = await this.#listVisible(
      asked.map(({ templateRef }) => templateRef),
      credentials,
    );
    return asked.filter(({ templateRef }) => visible.has(templateRef));
  }

  async #count(): Promise<TemplateStatistic[]> {
    const { endedRuns, clock } = this.#deps;
    const now = await clock.now();
    const start = new Date(now.getTime() - HISTORY_MS);
    const runs = await endedRuns.list(start, MAXIMUM_RUNS);
    const since = runs.length < MAXIMUM_RUNS ? start : runs.at(-1)!.endedAt;
    return summarise(runs, since);
  }

  async #listVisible(
    refs: string[],
    credentials: UserCredentials,
  ): Promise<Set<string>> {
    const { catalog, visible } = this.#deps;
    const { userEntityRef, actor } = credentials.principal;
    const key = JSON.stringify([userEntityRef, actor?.subject, refs]);
    const found = await visible.get(key, async () => {
      const { items } = await catalog.getEntitiesByRefs(
        { entityRefs: refs, fields: ['kind', 'metadata.name'] },
        { credentials },
      );
      return refs.filter((_, index) => items[index] !== undefined);
    });
    return new Set(found);
  }
}

function summarise(
  runs: readonly EndedRun[],
  since: Date,
): TemplateStatistic[] {
  const byTemplate = new Map<string, EndedRun[]>();
  for (const run of runs) {
    const ref = run.templateRef.toLocaleLowerCase('en-US');
    const known = byTemplate.get(ref);
    if (known) {
      known.push(run);
    } else {
      byTemplate.set(ref, [run]);
    }
  }
  return [...byTemplate]
    .map(([templateRef, own]) => {
      const completed = own.filter(({ outcome }) => outcome === 'completed');
      const cancelled = own.filter(({ outcome }) => outcome === 'cancelled');
      const counted = own.length - cancelled.length;
      return {
        templateRef,
        runs: own.length,
        completed: completed.length,
        successRate: counted > 0 ? completed.length / counted : undefined,
        medianSeconds: median(completed.map(({ seconds }) => seconds)),
        since: since.toISOString(),
      };
    })
    .sort((a, b) => a.templateRef.localeCompare(b.templateRef));
}

function median(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  return sorted.length > 0 ? (lower + upper) / 2 : undefined;
}

interface TemplateStatisticsDeps {
  endedRuns: Pick<EndedRunStore, 'list'>;
  catalog: Pick<CatalogService, 'getEntitiesByRefs'>;
  clock: Clock;
  /** Keeps the numbers, which are the same for all. */
  recent: RecentAnswers<TemplateStatistic[]>;
  /** Keeps which templates a person can see. */
  visible: RecentAnswers<string[]>;
}
