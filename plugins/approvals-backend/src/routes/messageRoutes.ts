import { HttpAuthService } from '@backstage/backend-plugin-api';
import {
  LinkLook,
  lookAtLinkSchema,
  MessagePreferences,
  RequestDetail,
  setMessagePreferencesSchema,
  useLinkSchema,
} from '@self-service/plugin-approvals-common';
import { Request, Response, Router } from 'express';
import { Caller, toCaller } from '../services/Caller';
import { DecisionLinks } from '../services/messages/DecisionLinks';
import { DeliveryReports } from '../services/messages/DeliveryReports';
import { Preferences } from '../services/messages/Preferences';
import { RequestService } from '../services/RequestService';
import { parse } from './parse';

/** What the routes about messages delegate to. */
export interface MessageRoutesOptions {
  httpAuth: HttpAuthService;
  requests: RequestService;
  preferences: Preferences;
  links: DecisionLinks;
  deliveryReports: DeliveryReports;
}

/**
 * Where people are told, and links in mails: user principals only.
 */
export function addMessageRoutes(
  router: Router,
  options: MessageRoutesOptions,
): void {
  const { httpAuth, requests, preferences, links, deliveryReports } = options;

  async function personOf(request: Request): Promise<Caller> {
    return toCaller(await httpAuth.credentials(request, { allow: ['user'] }));
  }

  router.get(
    '/message-preferences',
    async (req, res: Response<MessagePreferences>) => {
      res.json(await preferences.read(await personOf(req)));
    },
  );

  router.put(
    '/message-preferences',
    async (req, res: Response<MessagePreferences>) => {
      const caller = await personOf(req);
      const chosen = parse(setMessagePreferencesSchema, req.body);
      await preferences.save(caller, chosen.preferences);
      res.json(await preferences.read(caller));
    },
  );

  // The token comes in the body: addresses are logged.
  router.post('/decision-links/look', async (req, res: Response<LinkLook>) => {
    const caller = await personOf(req);
    const { token } = parse(lookAtLinkSchema, req.body);
    res.json(await links.look(caller, token));
  });

  router.post(
    '/decision-links/use',
    async (req, res: Response<RequestDetail>) => {
      const caller = await personOf(req);
      const requestId = await links.use(caller, parse(useLinkSchema, req.body));
      res.json(await requests.getDetail(caller, requestId));
    },
  );

  router.post(
    '/requests/:id/deliveries/:deliveryId/retry',
    async (req, res: Response<RequestDetail>) => {
      const caller = await personOf(req);
      const { id, deliveryId } = req.params;
      await deliveryReports.retry(caller, id, deliveryId);
      res.json(await requests.getDetail(caller, id));
    },
  );
}
