import { HttpAuthService } from '@backstage/backend-plugin-api';
import { PluginOperation } from '@self-service/plugin-runs-node';
import express from 'express';
import Router from 'express-promise-router';
import { addDocumentRoutes } from './routes/documentRoutes';
import { addMessageRoutes } from './routes/messageRoutes';
import { addPeopleRoutes } from './routes/peopleRoutes';
import { addPluginRoutes } from './routes/pluginRoutes';
import { addPolicyRoutes } from './routes/policyRoutes';
import { addPreviewRoutes } from './routes/previewRoutes';
import { DecisionLinks } from './services/messages/DecisionLinks';
import { DeliveryReports } from './services/messages/DeliveryReports';
import { Preferences } from './services/messages/Preferences';
import { FreezeService } from './services/FreezeService';
import { PolicyOperations } from './services/PolicyOperations';
import { FormPreviews } from './services/preview/FormPreviews';
import { RequestService } from './services/RequestService';
import { VoteService } from './services/VoteService';

/** What the routes delegate to. */
export interface RouterOptions {
  httpAuth: HttpAuthService;
  pluginOperations: readonly PluginOperation[];
  requests: RequestService;
  votes: VoteService;
  freezes: FreezeService;
  policyOperations: PolicyOperations;
  preferences: Preferences;
  links: DecisionLinks;
  deliveryReports: DeliveryReports;
  previews: FormPreviews;
}

/**
 * The HTTP API whose contract is `api.ts` of the common package.
 */
export function createRouter(options: RouterOptions): express.Router {
  const router = Router();
  // The parameters of a run come along with a preview.
  router.use(express.json({ limit: '1mb' }));
  addPluginRoutes(router, options);
  addPeopleRoutes(router, options);
  addMessageRoutes(router, options);
  addDocumentRoutes(router, options);
  addPolicyRoutes(router, options);
  addPreviewRoutes(router, options);
  return router;
}
