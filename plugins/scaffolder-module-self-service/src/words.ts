import { TaskSpec } from '@backstage/plugin-scaffolder-common';
import { StatusTone } from '@self-service/plugin-approvals';
import { EffectStatus, RunStatus } from '@self-service/plugin-runs-common';
import { z } from 'zod';
import { StepState } from './steps/types';

/** How the status of a run looks. */
export const RUN_TONES: Record<RunStatus, StatusTone> = {
  queued: 'neutral',
  running: 'progress',
  waiting: 'waiting',
  'needs-attention': 'attention',
  completed: 'success',
  failed: 'failure',
  'rolling-back': 'progress',
  'rolled-back': 'neutral',
  cancelled: 'neutral',
};

/** Tells statuses apart where a tab is too narrow for their words. */
const TAB_MARKS: Record<RunStatus, string> = {
  queued: '○',
  running: '●',
  waiting: '●',
  'needs-attention': '!',
  completed: '✓',
  failed: '✕',
  'rolling-back': '●',
  'rolled-back': '○',
  cancelled: '○',
};

/**
 * Title of the browser's tab of a run.
 *
 * @param label - the status in words
 * @param title - what the run is called
 * @example `● Waiting – Database orders`
 */
export function formatTabTitle(
  status: RunStatus,
  label: string,
  title: string,
): string {
  return `${TAB_MARKS[status]} ${label} – ${title}`;
}

/** How the state of a step looks. */
export const STEP_TONES: Record<StepState, StatusTone> = {
  open: 'idle',
  running: 'progress',
  waiting: 'waiting',
  completed: 'success',
  failed: 'failure',
  skipped: 'idle',
  cancelled: 'neutral',
};

/** How the status of an effect looks. */
export const EFFECT_TONES: Record<EffectStatus, StatusTone> = {
  intended: 'caution',
  created: 'success',
  absent: 'neutral',
  undoing: 'progress',
  undone: 'neutral',
  'undo-failed': 'attention',
  retained: 'caution',
};

const createsSchema = z.object({
  selfService: z.object({
    creates: z
      .array(z.object({ name: z.object({ parameter: z.string() }) }))
      .min(1),
  }),
});

/**
 * Name of what a run makes: the parameter that the template declares as the
 * name of its first creation, else the parameter `name`.
 */
export function readThingName(spec: TaskSpec): string | undefined {
  const declared = spec.steps
    .map(({ input }) => createsSchema.safeParse(input).data)
    .find(data => data !== undefined)?.selfService.creates[0].name.parameter;
  const value = spec.parameters[declared ?? 'name'];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Title of the template that a run was made from. */
export function readTemplateTitle(spec: TaskSpec): string | undefined {
  const metadata = spec.templateInfo?.entity?.metadata;
  return metadata?.title ?? metadata?.name ?? spec.templateInfo?.entityRef;
}
