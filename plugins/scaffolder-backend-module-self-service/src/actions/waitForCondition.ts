import { InputError } from '@backstage/errors';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { JsonObject } from '@backstage/types';
import { withProblem } from '@self-service/plugin-providers-node';
import {
  Condition,
  CONDITION_WAIT,
  ConditionState,
} from '@self-service/plugin-runs-node';
import { toConditionRef } from '../conditions/conditionRef';
import { MERGED } from '../conditions/mergeCondition';
import { awaitOver, AwaitServices } from '../run/awaitOver';
import { ActingStep, FailureServices } from '../run/failure/ActingStep';
import { FAILURE_OUTPUTS } from '../run/failure/failureOutputs';
import { withFailureBehaviour } from '../run/failure/withFailureBehaviour';
import { inputDigest } from '../run/inputDigest';
import { AnyActionContext } from '../run/RunContext';
import { timeoutInput, toTimeoutMs } from '../run/timeout';
import { conditionExamples, mergeExamples } from './waitForCondition.examples';

/** What waiting for a condition is made of. */
export interface ConditionServices extends AwaitServices, FailureServices {
  conditions: readonly Condition[];
}

/**
 * Waits for a condition outside: inline for a short time, then with the run
 * parked. It makes and changes nothing.
 */
export function createWaitForConditionAction(services: ConditionServices) {
  return createTemplateAction({
    id: 'wait:for-condition',
    description:
      'Waits until something outside is so, without holding a worker.',
    examples: conditionExamples,
    supportsDryRun: true,
    schema: {
      input: {
        condition: z =>
          z
            .string()
            .min(1)
            .describe(
              'Which kind: http, pull-request-merged, or one that the portal has added',
            ),
        with: z => z.record(z.any()).describe('What the condition is about'),
        timeout: timeoutInput,
      },
      output: {
        ...FAILURE_OUTPUTS,
        description: z => z.string().describe('What was seen last'),
        output: z => z.record(z.any()).describe('What the condition gives'),
      },
    },
    async handler(ctx) {
      const { condition: kind, with: input, timeout } = ctx.input;
      const condition = findCondition(services, kind);
      const { title } = condition.describe(input as JsonObject);
      if (ctx.isDryRun) {
        ctx.logger.info(`Dry run: would wait for ${title}`);
        ctx.output('description', 'dry-run');
        ctx.output('output', {});
        return;
      }
      const context = ctx as unknown as AnyActionContext;
      const digest = inputDigest({ kind, input: input as JsonObject });
      await withFailureBehaviour(
        context,
        services,
        { inputDigest: digest },
        async step => {
          const { description, output } = await awaitCondition(step, services, {
            condition,
            input: input as JsonObject,
            timeoutMs: toTimeoutMs(timeout),
          });
          ctx.output('description', description);
          ctx.output('output', output ?? {});
        },
      );
    },
  });
}

/** Waits until somebody has merged a pull request. */
export function createWaitForMergeAction(services: ConditionServices) {
  return createTemplateAction({
    id: 'git:pull-request:wait-for-merge',
    description:
      'Waits until a pull request is merged, without holding a worker.',
    examples: mergeExamples,
    supportsDryRun: true,
    schema: {
      input: {
        prUrl: z => z.string().url().describe('Address of the pull request'),
        timeout: timeoutInput,
      },
      output: {
        ...FAILURE_OUTPUTS,
        mergeCommit: z => z.string().describe('Commit id of the merge'),
      },
    },
    async handler(ctx) {
      const { prUrl, timeout } = ctx.input;
      const condition = findCondition(services, MERGED);
      if (ctx.isDryRun) {
        ctx.logger.info(`Dry run: would wait for the merge of ${prUrl}`);
        ctx.output('mergeCommit', 'dry-run');
        return;
      }
      await withFailureBehaviour(
        ctx as unknown as AnyActionContext,
        services,
        { inputDigest: inputDigest({ prUrl }) },
        async step => {
          const { output } = await awaitCondition(step, services, {
            condition,
            input: { prUrl },
            timeoutMs: toTimeoutMs(timeout),
          });
          ctx.output('mergeCommit', String(output?.mergeCommit ?? ''));
        },
      );
    },
  });
}

function findCondition(
  { conditions }: ConditionServices,
  kind: string,
): Condition {
  const condition = conditions.find(candidate => candidate.kind === kind);
  if (!condition) {
    throw new InputError(
      `There is no condition '${kind}'. Write one of ${conditions
        .map(candidate => candidate.kind)
        .join(', ')}, or ask the platform team to add it to the backend.`,
    );
  }
  return condition;
}

async function awaitCondition(
  step: ActingStep,
  services: ConditionServices,
  options: { condition: Condition; input: JsonObject; timeoutMs?: number },
): Promise<ConditionState> {
  const { condition, input, timeoutMs } = options;
  const { kind } = condition;
  const { signal, action } = step.run;
  const { title, subject } = condition.describe(input);
  step.run.refuseEach();
  let seen = '';
  const state = await awaitOver(
    step,
    services,
    {
      look: () => condition.check(input, { signal }),
      isOver: ({ status }) => status !== 'open',
      onLook: ({ description }) => {
        if (description !== seen) {
          action.logger.info(description);
        }
        seen = description;
      },
      toWait: due => ({
        kind: CONDITION_WAIT,
        ref: toConditionRef({ kind, input, due }),
        subject,
      }),
      what: title,
      toUrl: ({ url }) => url,
      describe: ({ description }) => description,
    },
    { timeoutMs },
  );
  if (state.status === 'failed') {
    throw withProblem(new Error(state.description), {
      what: state.description,
      whose: 'yours',
      canPass: false,
      remedy: `Look${
        state.url ? ` at ${state.url}` : ' at what was waited for'
      }; put it right there, then retry the run.`,
    });
  }
  return state;
}
