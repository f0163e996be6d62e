import {
  DEFAULT_NAMESPACE,
  parseEntityRef,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import { TaskSpec } from '@backstage/plugin-scaffolder-common';
import { JsonObject } from '@backstage/types';
import {
  deriveFacts,
  fillName,
  GATE_ACTION,
  ResourceFacts,
  SelfServiceSpec,
  selfServiceSpecSchema,
} from '@self-service/plugin-approvals-common';
import {
  Effect,
  findDueWarning,
  findNextStep,
  readEndTime,
} from '@self-service/plugin-runs-common';
import { Lifecycle, NewResource } from '../../database/ResourceStore';
import { StoredRun } from '../../database/RunStore';

/**
 * What a template declares of its runs, as the gate of this run carries it;
 * `undefined` where it declares nothing that can be read.
 *
 * @param spec - of the task; absent where the scaffolder keeps it no longer
 */
export function readDeclaration(
  spec: TaskSpec | undefined,
): SelfServiceSpec | undefined {
  const gate = spec?.steps.find(({ action }) => action === GATE_ACTION);
  return selfServiceSpecSchema.safeParse(gate?.input?.selfService).data;
}

/**
 * Puts into one form what a template may write of another one.
 *
 * @returns entity ref; `undefined` for what is none
 */
export function toTemplateRef(ref: string | undefined): string | undefined {
  if (ref === undefined) {
    return undefined;
  }
  try {
    return stringifyEntityRef(
      parseEntityRef(ref, {
        defaultKind: 'template',
        defaultNamespace: DEFAULT_NAMESPACE,
      }),
    );
  } catch {
    return undefined;
  }
}

/** What is told of a run that has made something. */
interface Made {
  run: StoredRun;
  /** Absent where the scaffolder keeps the task no longer. */
  spec: TaskSpec | undefined;
  /** What exists of it, or may; at least one, oldest first. */
  effects: readonly Pick<Effect, 'kind' | 'name'>[];
  /** What is known of the resource that the run is about. */
  about: ResourceFacts | undefined;
}

/** Facts of a run, as its gate has derived them. */
export function deriveRunFacts({ run, spec, about }: Omit<Made, 'effects'>): {
  environment?: string;
  monthlyCost?: number;
  team?: string;
} {
  const { environment, monthlyCost, team } = deriveFacts({
    templateRef: run.templateRef ?? '',
    selfService: readDeclaration(spec),
    parameters: spec?.parameters ?? {},
    requester: { ref: run.requester, teams: run.team ? [run.team] : [] },
    resource: about,
  });
  return { environment, monthlyCost, team: run.team ?? team };
}

/**
 * What a completed run has made.
 *
 * @remarks
 * An end that can't be read is an end now: what was to be for a time is never
 * there for ever. The gate refuses such a run.
 *
 * @param now - ISO 8601 times of the form are compared with it
 */
export function describeResource(made: Made, now: Date): NewResource {
  const { run, spec, effects } = made;
  const declaration = readDeclaration(spec);
  const parameters = spec?.parameters ?? {};
  const expiresAt = readExpiry(declaration, parameters, now);
  const { kind, name } = describeCreated(declaration, parameters) ?? effects[0];
  return {
    id: run.taskId,
    title: run.title ?? `${kind} ${name}`,
    kind,
    name,
    templateRef: run.templateRef,
    requester: run.requester,
    ...deriveRunFacts(made),
    lifecycle: readLifecycle(declaration),
    ...(expiresAt && toEnding(expiresAt, now)),
    createdAt: run.endedAt ?? now,
  };
}

/** What changes with a new end; warnings that are late are passed over. */
export function toEnding(
  expiresAt: Date,
  now: Date,
): Pick<NewResource, 'expiresAt' | 'warnedDays' | 'nextLookAt'> {
  const warnedDays = findDueWarning(expiresAt, now);
  return {
    expiresAt,
    warnedDays,
    nextLookAt: findNextStep(expiresAt, warnedDays),
  };
}

function readExpiry(
  declaration: SelfServiceSpec | undefined,
  parameters: JsonObject,
  now: Date,
): Date | undefined {
  const until =
    declaration?.expires && parameters[declaration.expires.parameter];
  return until === undefined || until === null
    ? undefined
    : readEndTime(until) ?? now;
}

function describeCreated(
  declaration: SelfServiceSpec | undefined,
  parameters: JsonObject,
): { kind: string; name: string } | undefined {
  const created = declaration?.creates?.[0];
  if (!created) {
    return undefined;
  }
  const name = fillName(created.name, parameters);
  return name === undefined ? undefined : { kind: created.kind, name };
}

function readLifecycle(declaration: SelfServiceSpec | undefined): Lifecycle {
  const { remove, change, extend } = declaration?.lifecycle ?? {};
  return {
    remove: toTemplateRef(remove),
    change: toTemplateRef(change),
    extend: toTemplateRef(extend),
  };
}
