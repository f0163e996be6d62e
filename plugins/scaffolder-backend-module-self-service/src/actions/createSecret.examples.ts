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
          action: 'vault:create-secret',
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
          action: 'vault:create-secret',
          input: {
            path: 'partners/acme',
            data: { user: 'acme' },
            generate: ['apiKey'],
          },
        },
      ],
    }),
  },
];
