import {
  createTranslationRef,
  TranslationFunction,
} from '@backstage/frontend-plugin-api';

/**
 * Texts of the Providers page.
 *
 * @public
 */
export const providersTranslationRef = createTranslationRef({
  id: 'runs.providers',
  messages: {
    list: {
      what: 'The list of providers',
      intro:
        'The outside systems that runs work with. Each is checked by itself every few minutes.',
      summary: 'How the providers are',
    },
    status: {
      ok: 'OK',
      degraded: 'Degraded',
      failing: 'Failing',
      unknown: 'Not checked yet',
    },
    count: {
      ok: '{{amount}} OK',
      degraded: '{{amount}} degraded',
      failing: '{{amount}} failing',
      unknown: '{{amount}} not checked yet',
    },
    capability: {
      git: 'Git',
      infrastructure: 'Infrastructure',
      secrets: 'Secrets',
      observability: 'Observability',
      messaging: 'Messaging',
      ticketing: 'Ticketing',
    },
    fact: {
      endpoint: 'Endpoint',
      checked: 'Last check',
      features: 'Features',
      rateLimit: 'Rate limit',
    },
    feature: {
      gitInternalRepositories: 'Internal repositories',
      gitTeamPermissions: 'Permissions of teams',
      infrastructureCancel: 'Cancelling',
      infrastructureCostEstimate: 'Cost estimates',
      infrastructureWorkspaces: 'Workspaces',
      secretsAccess: 'Access for teams',
      secretsLeases: 'Leased credentials',
      observabilityDashboard: 'Dashboards',
      observabilityAlerts: 'Alerts',
      observabilitySlo: 'SLOs',
      messagingChannels: 'Channels',
      messagingUpdate: 'Changing sent messages',
      messagingThreads: 'Threads',
      messagingAnswers: 'Answers by buttons',
      ticketingWebhooks: 'Webhooks',
    },
    rateLimit: {
      left: '{{remaining}} of {{limit}} requests left',
      whole: 'whole again',
      wholeSoon: 'whole again in a moment',
      wholeByNow: 'whole again by now',
      low: 'Running low',
      none: 'Used up',
    },
    check: {
      button: 'Check now',
      done: '{{provider}} was checked: {{status}}',
      failed: 'It was not checked: {{reason}}',
    },
    failures: {
      title: 'Steps that failed at {{vendor}} in the last week',
      more: 'Show {{amount}} more',
      run: 'Run, step “{{step}}”',
    },
    empty: {
      title: 'No provider is installed',
      text: 'Runs can reach nothing outside yet. Add the modules of your vendors to the backend and configure them; the README of each module says what it needs.',
      backend: 'In the backend, for example',
      config: 'In app-config.yaml',
    },
    denied: {
      title: 'Only the platform team sees the providers',
      text: 'It takes the permission {{permission}}, which your portal gives to those who run it. Ask the platform team for it, or when something outside does not work.',
    },
  },
});

/** Looks up one text of the Providers page. */
export type ProvidersTexts = TranslationFunction<
  typeof providersTranslationRef.T
>;
