import { stringifyEntityRef } from '@backstage/catalog-model';
import { TemplateEntityV1beta3 } from '@backstage/plugin-scaffolder-common';
import { JsonObject, JsonValue } from '@backstage/types';
import {
  Alternative,
  chooseAlternatives,
  Decision,
  describeCost,
  describeCreations,
  describeGrants,
  describeWarnings,
  explain,
  FormPreview,
  FormPreviewQuestion,
  listCandidates,
  listIncomplete,
  PreviewedStage,
  SelfServiceSpec,
  stageProblem,
  withoutSecrets,
} from '@self-service/plugin-approvals-common';
import {
  RecentAnswers,
  VisibleTemplates,
} from '@self-service/plugin-runs-node';
import { ApproverResolver } from '../ApproverResolver';
import { Caller } from '../Caller';
import { Clock } from '../Clock';
import {
  Answer,
  Decider,
  DeciderOptions,
  Freezes,
  Resources,
} from '../Decider';
import { RecentTimes, TypicalTimes } from './TypicalTimes';

/** A form at one moment, as far as it is filled in. */
interface Form {
  templateRef: string;
  /** The template's declaration, still unchecked. */
  selfService: unknown;
  /** `spec.parameters` of the template. */
  pages: JsonValue | undefined;
  /** Without what the form hides. */
  parameters: JsonObject;
  requester: { ref: string; teams: string[] };
  now: Date;
}

function readForm(
  template: TemplateEntityV1beta3,
  parameters: JsonObject,
): Pick<Form, 'templateRef' | 'selfService' | 'pages' | 'parameters'> {
  const spec = template.spec as JsonObject;
  return {
    templateRef: stringifyEntityRef(template),
    selfService: spec.selfService,
    pages: spec.parameters,
    parameters: withoutSecrets(parameters, spec.parameters),
  };
}

/**
 * Says of a form what its gate would say, by the gate's own code, and what
 * else a person wants to know before they send it. Stores nothing.
 */
export class FormPreviews {
  readonly #templates: VisibleTemplates;
  readonly #deciding: Omit<DeciderOptions, 'freezes' | 'newOwners'>;
  readonly #freezes: { snapshot(): Promise<Freezes> };
  readonly #newResolver: () => ApproverResolver;
  readonly #times: TypicalTimes;
  readonly #clock: Clock;

  /**
   * @param options.deciding - what the gate decides with
   * @param options.newResolver - may know people and groups from short memory:
   * nobody gets authority by a preview
   */
  constructor(options: {
    templates: VisibleTemplates;
    deciding: Omit<DeciderOptions, 'freezes' | 'newOwners'>;
    freezes: { snapshot(): Promise<Freezes> };
    newResolver: () => ApproverResolver;
    times: TypicalTimes;
    clock: Clock;
  }) {
    this.#templates = options.templates;
    this.#deciding = options.deciding;
    this.#freezes = options.freezes;
    this.#newResolver = options.newResolver;
    this.#times = options.times;
    this.#clock = options.clock;
  }

  /**
   * Previews a form for the person who fills it in.
   *
   * @throws InputError, NotFoundError - no template that the person can see
   */
  async preview(
    question: FormPreviewQuestion,
    caller: Caller,
  ): Promise<FormPreview> {
    const template = await this.#templates.get(
      question.templateRef,
      caller.credentials,
    );
    const resolver = this.#newResolver();
    const [now, teams, decider] = await Promise.all([
      this.#clock.now(),
      resolver.teamsOf(caller.ref),
      this.#newDecider(resolver),
    ]);
    const times = await this.#times.read(now);
    const form: Form = {
      ...readForm(template, question.parameters),
      requester: { ref: caller.ref, teams },
      now,
    };
    const spec = decider.declarationOf(form.selfService);
    const answer = await decider.decide(form);
    const incomplete = listIncomplete(spec, form.parameters);
    const { decision } = answer;
    return {
      ...describe(form, spec, answer),
      incomplete,
      stages: await previewStages(form, decision, { resolver, times }),
      typical: times.ofRequest(decision.stages.map(({ kind }) => kind)),
      alternatives:
        incomplete.length > 0
          ? []
          : await findAlternatives(form, spec, decision, decider),
    };
  }

  /** One that reads freezes and resources once, however often it decides. */
  async #newDecider(resolver: ApproverResolver): Promise<Decider> {
    return new Decider({
      ...this.#deciding,
      freezes: await this.#freezes.snapshot(),
      newOwners: () => resolver,
      resources: readOnce(this.#deciding.resources),
    });
  }
}

function readOnce(resources: Resources): Resources {
  const recent = new RecentAnswers<
    Awaited<ReturnType<Resources['findResource']>>
  >({ milliseconds: Number.POSITIVE_INFINITY });
  return {
    findResource: reference =>
      recent.get(JSON.stringify(reference), () =>
        resources.findResource(reference),
      ),
  };
}

/** What follows from form and decision without another question. */
function describe(
  { pages: form, parameters, now }: Form,
  spec: SelfServiceSpec | undefined,
  { decision, input, artifacts }: Answer,
) {
  const facts = input.request;
  const data = artifacts?.data.approval;
  const currency = data?.cost.currency;
  const { environment, monthlyCost: monthly } = facts;
  const common = { spec, parameters, form, currency };
  return {
    decision,
    explanations: explain(decision),
    facts,
    creates: describeCreations(spec, parameters),
    grants: describeGrants(spec, parameters, facts.team),
    cost: describeCost({ ...common, monthly }),
    warnings: describeWarnings({
      ...common,
      environment,
      freezes: data?.freezes ?? [],
      warnings: decision.warnings,
      now,
    }),
  };
}

async function previewStages(
  { requester }: Form,
  decision: Decision,
  options: { resolver: ApproverResolver; times: RecentTimes },
): Promise<PreviewedStage[]> {
  const { resolver, times } = options;
  return Promise.all(
    decision.stages.map(async ({ id, kind, quorum, approvers, due }) => {
      const { users: eligible, unresolved } = await resolver.resolve(
        approvers,
        requester.ref,
      );
      const typical = times.ofStage(kind);
      return {
        id,
        kind,
        quorum,
        approvers,
        eligible,
        problem: stageProblem({
          stage: { status: 'open', quorum, eligible, votes: [] },
          voted: [],
          unresolved,
        }),
        due,
        typicalSeconds: typical?.seconds,
        samples: typical?.samples ?? 0,
      };
    }),
  );
}

async function findAlternatives(
  form: Form,
  spec: SelfServiceSpec | undefined,
  current: Decision,
  decider: Decider,
): Promise<Alternative[]> {
  const { pages, parameters } = form;
  // Where nobody is asked there is nothing to gain, and a policy that is
  // broken is broken for every value.
  if (
    current.outcome === 'auto-approve' ||
    current.reasons.some(({ code }) => code === 'policy.error')
  ) {
    return [];
  }
  const candidates = listCandidates({ spec, form: pages, parameters });
  const judged = await Promise.all(
    candidates.map(async candidate => {
      const { parameter, value } = candidate;
      const { decision, input } = await decider.decide({
        ...form,
        parameters: { ...parameters, [parameter]: value },
      });
      const { monthlyCost } = input.request;
      return { candidate, decision, monthlyCost };
    }),
  );
  return chooseAlternatives(current, judged);
}
