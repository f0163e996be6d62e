import { InputError } from '@backstage/errors';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import {
  AlertCondition,
  chooseProvider,
  createProblemError,
  INDICATORS,
  OBSERVABILITY_PARTS,
  ObservabilityItem,
  ObservabilityPart,
  ObservabilityProvider,
  ObservedComponent,
  requireAlerts,
  requireComponent,
  requireSlo,
  ServiceLevelObjective,
} from '@self-service/plugin-providers-node';
import { ActingStep, FailureServices } from '../run/failure/ActingStep';
import { FAILURE_OUTPUTS } from '../run/failure/failureOutputs';
import { withFailureBehaviour } from '../run/failure/withFailureBehaviour';
import { inputDigest } from '../run/inputDigest';
import { AnyActionContext } from '../run/RunContext';
import { EffectServices, withEffect } from '../run/withEffect';
import { examples } from './observability.examples';

const ACTION = 'observability:onboard';

const DEFAULT_MINUTES = 5;
const DEFAULT_ALERTS: AlertCondition[] = [
  { indicator: 'availability', threshold: 99, forMinutes: DEFAULT_MINUTES },
  { indicator: 'latency-p95', threshold: 1, forMinutes: DEFAULT_MINUTES },
  { indicator: 'error-rate', threshold: 1, forMinutes: DEFAULT_MINUTES },
];
const DEFAULT_SLO: ServiceLevelObjective = { objective: 99.5, windowDays: 30 };

/** Output of a part: the page that people look at. */
const OUTPUTS = {
  dashboard: 'dashboardUrl',
  alerts: 'alertsUrl',
  slo: 'sloUrl',
} as const;

interface ObservabilityServices extends EffectServices, FailureServices {
  observability: readonly ObservabilityProvider[];
}

/** The input, with what is left out filled in. */
interface Wanted {
  component: ObservedComponent;
  parts: readonly ObservabilityPart[];
  alerts: AlertCondition[];
  slo: ServiceLevelObjective;
  contact: string;
}

/**
 * Gives a component its dashboard, its alerts and its SLO, each of them an
 * effect of its own. Run again, it finds them.
 */
export function createObservabilityAction(services: ObservabilityServices) {
  return createTemplateAction({
    id: ACTION,
    description:
      'Gives a component a dashboard, alerts and an SLO; run again, it finds its own.',
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        name: z => z.string().describe('Component, as in the catalog'),
        environment: z => z.string().describe('For example production'),
        team: z =>
          z
            .string()
            .optional()
            .describe("Owning team, by name or entity ref; the run's without"),
        description: z =>
          z
            .string()
            .max(500)
            .optional()
            .describe('What it is for, in one line'),
        links: z =>
          z
            .array(z.object({ title: z.string(), url: z.string().url() }))
            .optional()
            .describe('Pages that the dashboard links to'),
        parts: z =>
          z
            .array(z.enum(OBSERVABILITY_PARTS))
            .nonempty()
            .optional()
            .describe('What to make; all of it without'),
        alerts: z =>
          z
            .array(
              z.object({
                indicator: z.enum(INDICATORS),
                threshold: z
                  .number()
                  .describe(
                    'Least availability (percent), highest latency (seconds) or error rate (percent)',
                  ),
                forMinutes: z
                  .number()
                  .optional()
                  .describe('For how long it must be like this; 5 without'),
              }),
            )
            .optional()
            .describe(
              'When to tell somebody; without: availability below 99 %, latency above 1 s, error rate above 1 %',
            ),
        slo: z =>
          z
            .object({
              objective: z.number().describe('Percent, for example 99.9'),
              windowDays: z
                .union([z.literal(7), z.literal(30), z.literal(90)])
                .optional()
                .describe('30 without'),
            })
            .optional()
            .describe(
              'How many requests must succeed; without: 99.5 % in 30 days',
            ),
        contact: z =>
          z
            .string()
            .optional()
            .describe('Whom alerts tell, by name; the owning team without'),
        provider: z =>
          z
            .string()
            .optional()
            .describe('Id of the provider, where there are several'),
      },
      output: {
        ...FAILURE_OUTPUTS,
        dashboardUrl: z => z.string().optional().describe('Its dashboard'),
        alertsUrl: z => z.string().optional().describe('Its alerts'),
        sloUrl: z => z.string().optional().describe('Its SLO'),
      },
    },
    async handler(ctx) {
      const { provider: providerId, ...input } = ctx.input;
      const { parts = OBSERVABILITY_PARTS, ...rest } = input;
      if (ctx.isDryRun) {
        for (const part of parts) {
          ctx.logger.info(
            `Dry run: would make ${part} of ${input.name} (${input.environment})`,
          );
          ctx.output(OUTPUTS[part], 'https://dry-run.invalid');
        }
        return;
      }
      const digest = inputDigest({ ...input, provider: providerId });
      await withFailureBehaviour(
        ctx as unknown as AnyActionContext,
        services,
        { inputDigest: digest },
        async step => {
          const provider = choose(services.observability, providerId, parts);
          const wanted = await complete(step, services, { ...rest, parts });
          for (const part of parts) {
            const { url } = await make(
              { step, services, provider, digest },
              part,
              wanted,
            );
            ctx.logger.info(`Made ${part} of ${input.name}: ${url}`);
            ctx.output(OUTPUTS[part], url);
          }
        },
      );
    },
  });
}

/** The provider to ask; all of its parts are checked before one is made. */
function choose(
  providers: readonly ObservabilityProvider[],
  id: string | undefined,
  parts: readonly ObservabilityPart[],
): ObservabilityProvider {
  const provider = chooseProvider(
    providers,
    candidate => id === undefined || candidate.id === id,
    id ? `the observability provider ${id}` : 'the capability observability',
  );
  const missing = parts.filter(part => !provider.features.includes(part));
  if (missing.length > 0) {
    throw createProblemError(InputError, {
      what: `The observability provider ${provider.id} makes no ${missing.join(
        ', ',
      )}.`,
      remedy: `Leave it out of parts in the template, or ask the platform team for a provider that does.`,
      vendor: provider.vendor,
    });
  }
  return provider;
}

async function complete(
  { run }: ActingStep,
  { runs }: ObservabilityServices,
  input: {
    name: string;
    environment: string;
    team?: string;
    description?: string;
    links?: { title: string; url: string }[];
    parts: readonly ObservabilityPart[];
    alerts?: (Omit<AlertCondition, 'forMinutes'> & { forMinutes?: number })[];
    slo?: Pick<ServiceLevelObjective, 'objective'> &
      Partial<ServiceLevelObjective>;
    contact?: string;
  },
): Promise<Wanted> {
  const { name, environment, description, links, parts } = input;
  const owner = input.team ?? (await runs.get(run.taskId))?.team;
  if (!owner) {
    throw new InputError(
      'The component has no team. Name one in the step, or in spec.selfService.team of the template.',
    );
  }
  const team = owner.slice(owner.lastIndexOf('/') + 1);
  const wanted: Wanted = {
    component: { name, environment, team, description, links },
    parts,
    alerts:
      input.alerts?.map(alert => ({ forMinutes: DEFAULT_MINUTES, ...alert })) ??
      DEFAULT_ALERTS,
    slo: { ...DEFAULT_SLO, ...input.slo },
    contact: input.contact ?? team,
  };
  requireComponent(wanted.component);
  // Nothing is made of a step that can't be done as a whole.
  if (parts.includes('alerts')) {
    requireAlerts(wanted.alerts, wanted.contact);
  }
  if (parts.includes('slo')) {
    requireSlo(wanted.slo, wanted.contact);
  }
  return wanted;
}

async function make(
  context: {
    step: ActingStep;
    services: ObservabilityServices;
    provider: ObservabilityProvider;
    digest: string;
  },
  part: ObservabilityPart,
  wanted: Wanted,
): Promise<{ url: string }> {
  const { step, services, provider, digest } = context;
  const { name, environment } = wanted.component;
  const reference = { name, environment };
  const { url = '' } = await withEffect(
    step.run.action,
    services,
    {
      action: ACTION,
      // A step has one effect of each digest.
      inputDigest: inputDigest({ digest, part }),
      capability: 'observability',
      provider: provider.id,
      kind: part,
      name: `${name}@${environment}`,
      reference,
    },
    async (runKey, _claimed, signal) => {
      const made = await create(provider, part, wanted, { runKey, signal });
      return { url: made.url, reference };
    },
  );
  return { url };
}

function create(
  provider: ObservabilityProvider,
  part: ObservabilityPart,
  { component, alerts, slo, contact }: Wanted,
  options: { runKey: string; signal: AbortSignal },
): Promise<ObservabilityItem> {
  switch (part) {
    case 'dashboard':
      return provider.createDashboard({ component, ...options });
    case 'alerts':
      return provider.createAlerts({ component, alerts, contact, ...options });
    default:
      return provider.createSlo({ component, slo, contact, ...options });
  }
}
