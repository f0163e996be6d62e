import { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

/** Examples of observability; tests execute them. */
export const examples: TemplateExample[] = [
  {
    description:
      'Give a new service a dashboard, alerts and an SLO, for the team that asked for it',
    example: stringify({
      steps: [
        {
          id: 'observe',
          name: 'Make its dashboard and alerts',
          action: 'observability:onboard',
          input: {
            name: 'orders',
            environment: 'production',
            team: 'group:default/payments',
          },
        },
      ],
    }),
  },
  {
    description: 'A dashboard and alerts of your own, without an SLO',
    example: stringify({
      steps: [
        {
          id: 'observe',
          name: 'Make its dashboard and alerts',
          action: 'observability:onboard',
          input: {
            name: 'orders',
            environment: 'dev',
            team: 'payments',
            parts: ['dashboard', 'alerts'],
            alerts: [
              { indicator: 'error-rate', threshold: 5, forMinutes: 10 },
              { indicator: 'latency-p95', threshold: 0.5 },
            ],
            contact: 'payments-on-call',
            links: [
              {
                title: 'Repository',
                url: 'https://github.com/myorg/orders',
              },
            ],
          },
        },
      ],
    }),
  },
];
