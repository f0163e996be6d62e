import { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

/** Examples of the secret; tests execute them. */
export const examples: TemplateExample[] = [
  {
    description: "Store the credentials that the run's last apply has made",
    example: stringify({
      steps: [
        {
          id: 'store-credentials',
          name: 'Store the credentials',
          action: 'secret:create',
          input: { path: 'databases/orders' },
        },
      ],
    }),
  },
  {
    description: 'Store a value of the form and a generated one',
    example: stringify({
      steps: [
        {
          id: 'store-key',
          name: 'Store the key',
          action: 'secret:create',
          input: {
            path: 'partners/acme',
            data: { user: 'acme' },
            generate: ['apiKey'],
          },
        },
      ],
    }),
  },
  {
    description: 'Store credentials that the owning team may read',
    example: stringify({
      steps: [
        {
          id: 'store-credentials',
          name: 'Store the credentials',
          action: 'secret:create',
          input: { path: 'databases/orders', grantTeam: true },
        },
      ],
    }),
  },
];
