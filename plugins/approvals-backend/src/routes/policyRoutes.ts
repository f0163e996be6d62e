import { HttpAuthService } from '@backstage/backend-plugin-api';
import {
  backtestQuestionSchema,
  BacktestReport,
  FreezeList,
  newExemptionSchema,
  newFreezeSchema,
  PolicyStatusReport,
  replayQuerySchema,
  ReplayReport,
} from '@self-service/plugin-approvals-common';
import { Request, Response, Router } from 'express';
import { Caller, toCaller } from '../services/Caller';
import { FreezeService } from '../services/FreezeService';
import { PolicyOperations } from '../services/PolicyOperations';
import { parse } from './parse';

/**
 * Freezes, for people; state, replay and backtest of the policy, for people
 * and for services with a token.
 */
export function addPolicyRoutes(
  router: Router,
  options: {
    httpAuth: HttpAuthService;
    freezes: FreezeService;
    policyOperations: PolicyOperations;
  },
): void {
  const { httpAuth, freezes, policyOperations } = options;

  async function personOf(request: Request): Promise<Caller> {
    return toCaller(await httpAuth.credentials(request, { allow: ['user'] }));
  }
  const credentialsOf = (request: Request) =>
    httpAuth.credentials(request, { allow: ['user', 'service'] });

  router.get('/freezes', async (req, res: Response<FreezeList>) => {
    res.json(await freezes.list(await personOf(req)));
  });

  router.post('/freezes', async (req, res: Response<{ id: string }>) => {
    const caller = await personOf(req);
    const freeze = parse(newFreezeSchema, req.body);
    res.status(201).json({ id: await freezes.create(caller, freeze) });
  });

  router.post('/freezes/:id/end', async (req, res) => {
    await freezes.end(await personOf(req), req.params.id);
    res.status(204).end();
  });

  router.post('/freezes/:id/exemptions', async (req, res) => {
    const caller = await personOf(req);
    const exemption = parse(newExemptionSchema, req.body);
    await freezes.exempt(caller, req.params.id, exemption);
    res.status(204).end();
  });

  router.get(
    '/policy/status',
    async (req, res: Response<PolicyStatusReport>) => {
      res.json(await policyOperations.status(await credentialsOf(req)));
    },
  );

  router.get('/policy/replay', async (req, res: Response<ReplayReport>) => {
    const credentials = await credentialsOf(req);
    const { days } = parse(replayQuerySchema, req.query);
    res.json(await policyOperations.replay(credentials, days));
  });

  router.post(
    '/policy/backtest',
    async (req, res: Response<BacktestReport>) => {
      const credentials = await credentialsOf(req);
      const question = parse(backtestQuestionSchema, req.body);
      res.json(await policyOperations.backtest(credentials, question));
    },
  );
}
