import { AuthService, LoggerService } from '@backstage/backend-plugin-api';
import { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';
import { CatalogService } from '@backstage/plugin-catalog-node';
import { NotificationService } from '@backstage/plugin-notifications-node';
import { MessagingProvider } from '@self-service/plugin-providers-node';
import { Knex } from 'knex';
import {
  ApprovalsStore,
  DatabaseAnswerStore,
  DatabaseDeliveries,
  DatabaseLinkStore,
  DatabasePreferenceStore,
} from '../../database';
import { RequestAccess } from '../../permissions';
import { ApproverRefresher } from '../ApproverRefresher';
import { ApproverResolver } from '../ApproverResolver';
import { AuditTrail } from '../AuditTrail';
import { Clock } from '../Clock';
import { VoteService } from '../VoteService';
import { AnswerInbox } from './AnswerInbox';
import { Answers } from './Answers';
import { Channels } from './Channels';
import { DecisionLinkIssuer, DecisionLinks } from './DecisionLinks';
import { DeliveryReports } from './DeliveryReports';
import { DeliverySender } from './DeliverySender';
import { DeliveryWorker } from './DeliveryWorker';
import { MessageFanOut } from './MessageFanOut';
import { People } from './People';
import { Preferences } from './Preferences';

/** What messages are made of and sent by. */
export interface MessagesOptions {
  knex: Knex;
  config: Config;
  providers: readonly MessagingProvider[];
  catalog: CatalogService;
  auth: AuthService;
  notifications: NotificationService;
  store: ApprovalsStore;
  refresher: ApproverRefresher;
  newResolver: () => ApproverResolver;
  isPlatformTeam: (userRef: string) => Promise<boolean>;
  audit: AuditTrail;
  clock: Clock;
  logger: LoggerService;
  /** Group that is told of stages which nobody can decide. */
  platformTeam: string;
  /** Currency of costs, as the policy data says. */
  currency: () => string | undefined;
  /** Whether people may vote in chat. */
  chatVotes: boolean;
  /** False leaves the sending to whoever drains the worker; for tests. */
  sendSoon?: boolean;
}

function readBaseUrl({ config, providers }: MessagesOptions): string {
  const baseUrl = config.getOptionalString('app.baseUrl');
  if (!baseUrl && providers.length > 0) {
    throw new InputError(
      'Invalid configuration: app.baseUrl is missing, to which links in messages lead',
    );
  }
  return baseUrl?.replace(/\/+$/, '') ?? '';
}

/**
 * Puts together what tells people.
 *
 * @returns the services, and a function for those that need votes
 * @throws InputError, NotFoundError - the configuration can't be used
 */
export function createMessages(options: MessagesOptions) {
  const { knex, audit, clock, store } = options;
  const channels = Channels.create(options);
  const people = new People(options);
  const links = new DatabaseLinkStore(knex);
  const deliveries = new DatabaseDeliveries(knex);
  const baseUrl = readBaseUrl(options);
  const worker = new DeliveryWorker({
    ...options,
    deliveries,
    channels,
    sender: new DeliverySender({
      ...options,
      deliveries,
      channels,
      people,
      baseUrl,
      links: new DecisionLinkIssuer({ links, clock, baseUrl }),
    }),
  });
  const sending = options.sendSoon === false ? { wake: () => {} } : worker;
  const preferences = new Preferences({
    store: new DatabasePreferenceStore(knex),
    channels,
    audit,
  });
  return {
    worker,
    preferences,
    fanOut: new MessageFanOut({
      ...options,
      deliveries,
      preferences,
      worker: sending,
    }),
    deliveryReports: new DeliveryReports({
      ...options,
      deliveries,
      worker: sending,
    }),

    /** What decides by what people answer, in mails and in chat. */
    createAnswering: (deciding: {
      votes: VoteService;
      access: RequestAccess;
    }) => {
      const answerStore = new DatabaseAnswerStore(knex);
      const inbox = new AnswerInbox({
        ...options,
        ...deciding,
        store: answerStore,
        channels,
        people,
      });
      return {
        inbox,
        answers: new Answers({
          ...options,
          store: answerStore,
          channels,
          inbox: options.sendSoon === false ? { wake: () => {} } : inbox,
        }),
        links: new DecisionLinks({ ...options, ...deciding, store, links }),
      };
    },
  };
}

/** What tells people. */
export type Messages = ReturnType<typeof createMessages>;
