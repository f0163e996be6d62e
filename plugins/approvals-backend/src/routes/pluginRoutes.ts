import { HttpAuthService } from '@backstage/backend-plugin-api';
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
import { Request, Response, Router } from 'express';
import { AdmissionService } from '../services/AdmissionService';
import { GateService } from '../services/GateService';
import { RequestService } from '../services/RequestService';
import { parse } from './parse';

/**
 * Routes for plugins: service principals only.
 */
export function addPluginRoutes(
  router: Router,
  options: {
    httpAuth: HttpAuthService;
    gates: GateService;
    admissions: AdmissionService;
    requests: RequestService;
  },
): void {
  const { httpAuth, gates, admissions, requests } = options;

  /** The subject of the service that calls; a person is refused. */
  async function serviceOf(request: Request): Promise<string> {
    const { principal } = await httpAuth.credentials(request, {
      allow: ['service'],
    });
    return principal.subject;
  }

  router.post('/gates', async (req, res: Response<GateResult>) => {
    const caller = await serviceOf(req);
    res.json(await gates.openGate(parse(openGateSchema, req.body), caller));
  });

  router.post('/admissions', async (req, res: Response<Admission>) => {
    await serviceOf(req);
    res.json(await admissions.admit(parse(admissionQuestionSchema, req.body)));
  });

  router.post('/previews', async (req, res: Response<Preview>) => {
    await serviceOf(req);
    res.json(await gates.preview(parse(previewQuestionSchema, req.body)));
  });

  router.post('/runs/:taskId/close', async (req, res) => {
    const caller = await serviceOf(req);
    const reason = parse(closeRunSchema, req.body);
    await requests.closeRun(req.params.taskId, reason, caller);
    res.status(204).end();
  });

  router.post('/waits', async (req, res) => {
    await serviceOf(req);
    const { requestIds } = parse(waitsQuestionSchema, req.body);
    res.json({ over: await requests.decidedAmong(requestIds) });
  });
}
