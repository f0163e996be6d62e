import { LoggerService } from '@backstage/backend-plugin-api';
import { toError } from '@backstage/errors';
import { JsonObject } from '@backstage/types';
import {
  selfServiceSpecSchema,
  withoutSecrets,
} from '@self-service/plugin-approvals-common';
import {
  FormCheckQuestion,
  FormProblem,
} from '@self-service/plugin-runs-common';
import {
  RecentAnswers,
  VisibleTemplates,
} from '@self-service/plugin-runs-node';
import { EffectStore } from '../../database/EffectStore';
import { UserCredentials } from '../RunAccess';
import { listTargets, NameTarget } from './listTargets';
import { NameLookup, NameLookups } from './NameLookups';

/** What was found out about a name. */
type NameState =
  | { state: 'free' | 'exists' | 'unchecked' }
  | { state: 'claimed'; by: string };

/** Looks whether what a form asks for can be made. */
export class FormChecks {
  readonly #deps: FormChecksDeps;

  private constructor(deps: FormChecksDeps) {
    this.#deps = deps;
  }

  static create(deps: FormChecksDeps): FormChecks {
    return new FormChecks(deps);
  }

  /**
   * Checks a form as far as it is filled in; errors come first. A system that
   * does not answer in time is a warning.
   *
   * @throws InputError, NotFoundError - no template that the person can see
   */
  async check(
    question: FormCheckQuestion,
    credentials: UserCredentials,
  ): Promise<FormProblem[]> {
    const template = await this.#deps.templates.get(
      question.templateRef,
      credentials,
    );
    const { selfService, parameters: form } = template.spec as JsonObject;
    const spec = selfServiceSpecSchema.safeParse(selfService).data;
    if (!spec) {
      return [];
    }
    const parameters = withoutSecrets(question.parameters, form);
    const problems = await Promise.all(
      listTargets({ spec, form, parameters }).map(target =>
        this.#checkName(target, question.replaces),
      ),
    );
    return problems
      .flat()
      .sort(
        (a, b) =>
          Number(b.severity === 'error') - Number(a.severity === 'error'),
      );
  }

  async #checkName(
    target: NameTarget,
    replaces: string | undefined,
  ): Promise<FormProblem[]> {
    const lookup = this.#deps.lookups.find(target);
    // What has no name in the ledger may be of the run that is rolled back.
    if (!lookup || (replaces && !lookup.nameDigest)) {
      return [];
    }
    const found = await this.#deps.recent.get(lookup.key, () =>
      this.#look(lookup),
    );
    return found?.state === 'claimed' && found.by === replaces
      ? []
      : describe(target, lookup, found?.state ?? 'unchecked');
  }

  async #look({ nameDigest, exists, vendor }: NameLookup): Promise<NameState> {
    const { effects, newTimeLimit, stopping, logger } = this.#deps;
    const by = nameDigest && (await effects.findNameOwner(nameDigest));
    if (by) {
      return { state: 'claimed', by };
    }
    const signal = AbortSignal.any([stopping, newTimeLimit()]);
    try {
      const answer = await Promise.race([exists(signal), aborted(signal)]);
      return { state: answer ? 'exists' : 'free' };
    } catch (error) {
      // By its name alone: messages of vendors may quote what was asked for.
      logger.debug(`${vendor} was not asked: ${toError(error).name}`);
      return { state: 'unchecked' };
    }
  }
}

/** Not every system heeds a signal. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
    }
    signal.addEventListener('abort', () => reject(signal.reason), {
      once: true,
    });
  });
}

function describe(
  { kind, name, parameter, fieldTitle }: NameTarget,
  { vendor }: NameLookup,
  state: NameState['state'],
): FormProblem[] {
  const field = fieldTitle ? ` in the field ${fieldTitle}` : '';
  switch (state) {
    case 'exists':
      return [
        {
          parameter,
          severity: 'error',
          code: 'taken',
          message: `${kind} ${name} exists already in ${vendor}.`,
          remedy: `Choose another name${field}.`,
        },
      ];
    case 'claimed':
      return [
        {
          parameter,
          severity: 'error',
          code: 'taken',
          message: `${kind} ${name} belongs to another run already.`,
          remedy: `Choose another name${field}.`,
        },
      ];
    case 'unchecked':
      return [
        {
          parameter,
          severity: 'warning',
          code: 'unchecked',
          message: `Whether ${kind} ${name} exists could not be found out: ${vendor} gave no answer.`,
          remedy:
            'You can go on; where the name is taken, the run stops and says so.',
        },
      ];
    default:
      return [];
  }
}

interface FormChecksDeps {
  templates: VisibleTemplates;
  lookups: NameLookups;
  effects: Pick<EffectStore, 'findNameOwner'>;
  /** Keeps what was found out, which is the same for all. */
  recent: RecentAnswers<NameState>;
  /** Aborts when one system has had enough time. */
  newTimeLimit: () => AbortSignal;
  /** Aborts when the backend stops. */
  stopping: AbortSignal;
  logger: LoggerService;
}
