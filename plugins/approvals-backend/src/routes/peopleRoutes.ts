import { HttpAuthService } from '@backstage/backend-plugin-api';
import {
  cancelSchema,
  castVoteSchema,
  listQuerySchema,
  RequestDetail,
  RequestList,
  RunApprovals,
} from '@self-service/plugin-approvals-common';
import { Request, Response, Router } from 'express';
import { Caller, toCaller } from '../services/Caller';
import { RequestService } from '../services/RequestService';
import { VoteService } from '../services/VoteService';
import { parse } from './parse';

/**
 * Routes for people: user principals only.
 */
export function addPeopleRoutes(
  router: Router,
  options: {
    httpAuth: HttpAuthService;
    requests: RequestService;
    votes: VoteService;
  },
): void {
  const { httpAuth, requests, votes } = options;

  /** The person who calls; a service is refused. */
  async function personOf(request: Request): Promise<Caller> {
    return toCaller(await httpAuth.credentials(request, { allow: ['user'] }));
  }

  router.get('/requests', async (req, res: Response<RequestList>) => {
    const caller = await personOf(req);
    res.json(await requests.list(caller, parse(listQuerySchema, req.query)));
  });

  router.get('/requests/count', async (req, res) => {
    res.json({ inbox: await requests.countInbox(await personOf(req)) });
  });

  router.get('/requests/:id', async (req, res: Response<RequestDetail>) => {
    const caller = await personOf(req);
    res.json(await requests.getDetail(caller, req.params.id));
  });

  router.post(
    '/requests/:id/votes',
    async (req, res: Response<RequestDetail>) => {
      const caller = await personOf(req);
      const { id } = req.params;
      await votes.castVote(caller, id, parse(castVoteSchema, req.body));
      res.json(await requests.getDetail(caller, id));
    },
  );

  router.delete(
    '/requests/:id/votes',
    async (req, res: Response<RequestDetail>) => {
      const caller = await personOf(req);
      const { id } = req.params;
      await votes.withdrawVote(caller, id);
      res.json(await requests.getDetail(caller, id));
    },
  );

  router.post(
    '/requests/:id/cancel',
    async (req, res: Response<RequestDetail>) => {
      const caller = await personOf(req);
      const { id } = req.params;
      const { comment } = parse(cancelSchema, req.body);
      await requests.cancel(caller, id, comment);
      res.json(await requests.getDetail(caller, id));
    },
  );

  router.get('/runs/:taskId', async (req, res: Response<RunApprovals>) => {
    const caller = await personOf(req);
    res.json(await requests.getRun(caller, req.params.taskId));
  });
}
