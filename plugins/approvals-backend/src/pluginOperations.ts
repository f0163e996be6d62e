import {
  Admission,
  admissionQuestionSchema,
  closeRunSchema,
  GateResult,
  openGateSchema,
  Preview,
  previewQuestionSchema,
  waitsQuestionSchema,
} from '@self-service/plugin-approvals-common';
import { PluginOperation } from '@self-service/plugin-runs-node';
import { parse } from './routes/parse';
import { AdmissionService } from './services/AdmissionService';
import { GateService } from './services/GateService';
import { RequestService } from './services/RequestService';

/** What other plugins may ask for, over HTTP and in process alike. */
export function createPluginOperations(services: {
  gates: GateService;
  admissions: AdmissionService;
  requests: RequestService;
}): PluginOperation[] {
  const { gates, admissions, requests } = services;
  return [
    {
      method: 'POST',
      route: '/gates',
      run: ({ body, caller }): Promise<GateResult> =>
        gates.openGate(parse(openGateSchema, body), caller),
    },
    {
      method: 'POST',
      route: '/admissions',
      run: async ({ body }): Promise<Admission> =>
        admissions.admit(parse(admissionQuestionSchema, body)),
    },
    {
      method: 'POST',
      route: '/previews',
      run: async ({ body }): Promise<Preview> =>
        gates.preview(parse(previewQuestionSchema, body)),
    },
    {
      method: 'POST',
      route: '/runs/:taskId/close',
      run: async ({ params, body, caller }) =>
        requests.closeRun(params.taskId, parse(closeRunSchema, body), caller),
    },
    {
      method: 'POST',
      route: '/waits',
      run: async ({ body }) => {
        const { requestIds } = parse(waitsQuestionSchema, body);
        return { over: await requests.decidedAmong(requestIds) };
      },
    },
  ];
}
