import { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

/** Examples of the rotation; tests execute them. */
export const examples: TemplateExample[] = [
  {
    description: 'Give a secret a new password, and keep its other values',
    example: stringify({
      steps: [
        {
          id: 'rotate-password',
          name: 'Rotate the password',
          action: 'secret:rotate',
          input: { path: 'databases/orders' },
        },
      ],
    }),
  },
  {
    description: 'Change a value, and generate another one anew',
    example: stringify({
      steps: [
        {
          id: 'rotate-key',
          name: 'Rotate the key',
          action: 'secret:rotate',
          input: {
            path: 'databases/orders',
            data: { user: 'acme-2' },
            generate: ['apiKey'],
          },
        },
      ],
    }),
  },
];
