import { NotFoundError } from '@backstage/errors';
import {
  askPersonSchema,
  claimEffectSchema,
  completeEffectSchema,
  registerRunSchema,
  releaseEffectSchema,
  renewEffectSchema,
  reportStepSchema,
  settleSchema,
  signalSchema,
  suspendSchema,
} from '@self-service/plugin-runs-common';
import { PluginOperation } from '@self-service/plugin-runs-node';
import { parse } from './parse';
import { createResourceOperations } from './resourceOperations';
import { EffectService } from './services/EffectService';
import { ResourceService } from './services/resources/ResourceService';
import { RunRegister } from './services/RunRegister';
import { StepService } from './services/StepService';
import { SuspensionService } from './services/SuspensionService';

/** What the operations delegate to. */
export interface OperationServices {
  register: RunRegister;
  suspensions: SuspensionService;
  effects: EffectService;
  stepService: StepService;
  resourceService: ResourceService;
}

/** What other plugins may ask for, over HTTP and in process alike. */
export function createPluginOperations(
  services: OperationServices,
): PluginOperation[] {
  const { register, suspensions, effects, stepService } = services;
  return [
    {
      method: 'PUT',
      route: '/runs/:taskId',
      run: async ({ params, body }) =>
        register.register(params.taskId, parse(registerRunSchema, body)),
    },
    {
      method: 'GET',
      route: '/runs/:taskId/record',
      run: async ({ params: { taskId } }) => {
        const record = await register.find(taskId);
        if (!record) {
          throw new NotFoundError(`Nothing was recorded of run ${taskId}`);
        }
        return record;
      },
    },
    {
      method: 'GET',
      route: '/runs/:taskId/effects',
      run: async ({ params }) => ({
        items: await effects.list(params.taskId),
      }),
    },
    {
      method: 'POST',
      route: '/suspensions',
      run: async ({ body }) => suspensions.suspend(parse(suspendSchema, body)),
    },
    {
      method: 'POST',
      route: '/suspensions/settle',
      run: async ({ body }) => suspensions.settle(parse(settleSchema, body)),
    },
    {
      method: 'POST',
      route: '/signals',
      emptyStatus: 202,
      run: async ({ body }) => suspensions.signal(parse(signalSchema, body)),
    },
    {
      method: 'POST',
      route: '/effects/claim',
      run: async ({ body }) => effects.claim(parse(claimEffectSchema, body)),
    },
    {
      method: 'POST',
      route: '/effects/:id/renew',
      run: async ({ params, body }) =>
        effects.renew(params.id, parse(renewEffectSchema, body)),
    },
    {
      method: 'POST',
      route: '/effects/:id/complete',
      run: async ({ params, body }) =>
        effects.complete(params.id, parse(completeEffectSchema, body)),
    },
    {
      method: 'POST',
      route: '/effects/:id/release',
      run: async ({ params, body }) =>
        effects.release(params.id, parse(releaseEffectSchema, body)),
    },
    {
      method: 'POST',
      route: '/runs/:taskId/step-reports',
      run: async ({ params, body }) =>
        stepService.report(params.taskId, parse(reportStepSchema, body)),
    },
    {
      method: 'POST',
      route: '/interventions',
      run: async ({ body }) => stepService.ask(parse(askPersonSchema, body)),
    },
    ...createResourceOperations(services.resourceService),
  ];
}
