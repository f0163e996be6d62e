import {
  createFrontendModule,
  IdentityApi,
  identityApiRef,
  TranslationResource,
} from '@backstage/frontend-plugin-api';
import { TranslationBlueprint } from '@backstage/plugin-app-react';
import { mockApis, renderInTestApp } from '@backstage/frontend-test-utils';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { permissionApiRef } from '@backstage/plugin-permission-react';
import { catalogApiRef } from '@backstage/plugin-catalog-react';
import { catalogApiMock } from '@backstage/plugin-catalog-react/testUtils';
import { ApprovalsApi, approvalsApiRef } from '../api/ApprovalsApi';
import { MessagesApi, messagesApiRef } from '../api/MessagesApi';
import { PolicyApi, policyApiRef } from '../api/PolicyApi';
import { ApprovalsPage } from '../components/ApprovalsPage';
import { rootRouteRef } from '../routes';

/** An {@link ApprovalsApi} whose methods refuse until a test says otherwise. */
export function mockApprovalsApi(): jest.Mocked<ApprovalsApi> {
  return {
    listRequests: jest.fn().mockResolvedValue({ items: [], total: 0 }),
    countInbox: jest.fn().mockResolvedValue(0),
    getRequest: jest.fn().mockRejectedValue(new Error('not mocked')),
    castVote: jest.fn().mockRejectedValue(new Error('not mocked')),
    withdrawVote: jest.fn().mockRejectedValue(new Error('not mocked')),
    cancelRequest: jest.fn().mockRejectedValue(new Error('not mocked')),
    getRunApprovals: jest.fn().mockRejectedValue(new Error('not mocked')),
  };
}

/** A {@link PolicyApi} whose methods refuse until a test says otherwise. */
export function mockPolicyApi(): jest.Mocked<PolicyApi> {
  const refuse = () => jest.fn().mockRejectedValue(new Error('not mocked'));
  return {
    listFreezes: refuse(),
    createFreeze: refuse(),
    endFreeze: refuse(),
    exempt: refuse(),
    getPolicyStatus: refuse(),
    replay: refuse(),
    backtest: refuse(),
  };
}

/** A {@link MessagesApi} whose methods refuse until a test says otherwise. */
export function mockMessagesApi(): jest.Mocked<MessagesApi> {
  const refuse = () => jest.fn().mockRejectedValue(new Error('not mocked'));
  return {
    getPreferences: refuse(),
    setPreferences: refuse(),
    lookAtLink: refuse(),
    voteByLink: refuse(),
    retryDelivery: refuse(),
  };
}

const PAYMENTS = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Group',
  metadata: { name: 'payments', namespace: 'default' },
  spec: { type: 'team', profile: { displayName: 'Payments' }, children: [] },
};

/** Renders the Approvals pages at an address below `/approvals`. */
export function renderApprovals(
  api: ApprovalsApi,
  path = '',
  options: {
    policyApi?: PolicyApi;
    messagesApi?: MessagesApi;
    /** Who is signed in; by default Leo. */
    identityApi?: IdentityApi;
    /** What the permission framework says to everything; by default yes. */
    allowed?: boolean;
    /** Texts of another language, in which the portal is shown then. */
    german?: TranslationResource[];
  } = {},
) {
  const {
    policyApi = mockPolicyApi(),
    messagesApi = mockMessagesApi(),
    identityApi = mockApis.identity({ userEntityRef: 'user:default/leo' }),
    allowed = true,
    german,
  } = options;
  return renderInTestApp(<ApprovalsPage />, {
    apis: [
      [approvalsApiRef, api],
      [policyApiRef, policyApi],
      [messagesApiRef, messagesApi],
      [identityApiRef, identityApi],
      [catalogApiRef, catalogApiMock({ entities: [PAYMENTS] })],
      [
        permissionApiRef,
        mockApis.permission({
          authorize: allowed ? AuthorizeResult.ALLOW : AuthorizeResult.DENY,
        }),
      ],
    ],
    mountPath: '/approvals/*',
    mountedRoutes: { '/approvals': rootRouteRef },
    initialRouteEntries: [`/approvals${path}`],
    ...(german && {
      features: [
        createFrontendModule({
          pluginId: 'app',
          extensions: german.map(resource =>
            TranslationBlueprint.make({
              name: resource.id,
              params: { resource },
            }),
          ),
        }),
      ],
      config: {
        app: {
          baseUrl: 'http://localhost:3000',
          extensions: [
            {
              'api:app/app-language': {
                config: {
                  availableLanguages: ['en', 'de'],
                  defaultLanguage: 'de',
                },
              },
            },
          ],
        },
        backend: { baseUrl: 'http://localhost:7007' },
      },
    }),
  });
}

/** What a client throws when a backend refuses. */
export function makeResponseError(statusCode: number, message: string): Error {
  return Object.assign(new Error(`Request failed with ${statusCode}`), {
    name: 'ResponseError',
    statusCode,
    cause: new Error(message),
  });
}
